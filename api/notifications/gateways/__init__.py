"""The only code that knows a provider.

A gateway turns an envelope into one call, and whatever comes of it into an `Outcome`. It never calls twice (except
after a 401, which proves that nothing was accepted), never waits longer than `DEADLINE_S` in all, and never raises.
"""
