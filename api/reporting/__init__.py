"""Reporting: what happened, in numbers. Read-only.

Owns no row. Reads every area's tables, for the actor's station only.
Refuses to change anything, and to name people where a count will do.

Remember: the sum of a report equals the rows it counts; time spans are in seconds, days are the station's.
"""
