"""I/O without HTTP: the database, the unit of work, timers, the outbox table, sealing, logs, metrics.

Owns: connections, transactions, and the tables that every area leans on (outbox, timers, idempotency keys, heartbeats).
Refuses: any rule of the domain, and Flask requests.

Remember:
1. Only `unit_of_work` commits; everything else works on `ctx.session`.
2. `ctx.now` is the database's clock, so that a phone's or server's wrong clock decides nothing.
3. A timer or message is a row in the caller's transaction; NOTIFY and Redis are only wake-ups.
"""
