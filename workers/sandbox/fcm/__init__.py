"""Stand-in for FCM HTTP v1 and for the OAuth token endpoint in front of it.

Owns: the token grant for a service account, the check of a message against Google's
discovery document and its written rules, Google's error bodies, and the push inboxes.

Refuses: legacy FCM, topic subscriptions, XMPP: nothing of Gridloop speaks them.

Remember:
1. Field names are accepted in camelCase and in snake_case, as protobuf's JSON mapping does;
   the Python SDK sends snake_case.
2. `validate_only` (the SDK's dry run) is answered like the real one and delivers nothing:
   it is not in the ledger.
3. Registration tokens must look like tokens. Invented ones like "tok-1" are refused.
"""
