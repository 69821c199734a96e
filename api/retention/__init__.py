"""Retention: how long what is kept, and for what purpose.

Owns the rules, each a purpose with a number of days and versions. What is erased, and how, each area says for its own
tables; the database's function `retention_days(purpose, station)` tells it when.
Refuses to shorten what the law wants kept: logs stay half a year at least.

Remember: a rule is never edited, the next version replaces it; a station's rule comes before the common one; every run
leaves in the trail how much it erased, never what.
"""
