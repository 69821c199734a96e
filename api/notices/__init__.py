"""Notices: telling everybody in an area one thing.

Owns the notice, who approved it, and who was meant by it.
Refuses to loop over people: from the selection to the outbox it is SQL over sets.

Remember: above a set number of recipients somebody else approves; people are chosen when it is sent, not when it is
written; a notice that was withdrawn is not delivered.
"""
