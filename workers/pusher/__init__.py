"""The sender: `python -m workers.pusher`. One asyncio process with warm connections; several may run side by side.

Owns: draining the outbox. Woken by NOTIFY, with a poll as safety net, it claims messages under a lease, sends many at
once with no barrier between batches, and settles them in batches.
Refuses: to hold a transaction or a pooled connection during a call; to call without having renewed the lease.

Remember:
1. Whatever this process forgets is in the database: killed at any moment, its rows come back when their lease ends.
2. Lanes (urgent or bulk, per channel) share nothing but the database, so a slow provider or a flood of notices fills
   its own lane only. Which provider of the channel a message goes to is the claim's choice.
3. Database work runs in a few threads, network work in the event loop.
"""
