"""Sync: what a phone has to know after hours without a network, and nothing it may not.

Owns cursors, pages, and the order in which what was done offline is applied; rows and deeds are other areas'.
Refuses to keep a list of what a phone has: a change is logged for whoever it concerns, and whatever its reader may not
see (any more) comes as a removal.

Remember: a cursor is a snapshot of the database, not a time or a number; a page ends by bytes; a cursor that is too old
or from another database begins anew, and says so.
"""
