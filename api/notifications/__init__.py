"""Reaching people: messages from the decision to the last receipt.

Owns: what a message says, how it is claimed, sent and settled, what a provider or a phone reports back, the inbox.
Refuses: to put a name, a number or a place into a push or an SMS; to hold a transaction while a provider is called.

Remember:
1. A message is a row in the outbox, written in the transaction that decides it; its id is what the phone sees.
2. An outcome nobody knows is called unknown. It is sent again under the same id, and the phone shows one.
3. Receipts only raise a message's rank, so they may come late, twice or in any order.
"""
