"""The process that holds the event streams: `python -m workers.stream`.

An asyncio process of its own, so that a thousand open lines never keep a request waiting. One connection listens, one
reader looks for what is new, a few times a second at most, and everybody connected gets their part of it out of memory;
the database is asked per reader only when one comes (who is it, what did they miss) and, for all together, whether they
still may be there.

Remember: what a client has not got lies in the log, so a client that is too slow, or a process that ends, loses
nothing; nothing here is written to the database but the heartbeat.
"""
