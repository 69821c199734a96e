"""Stand-in for a Web Push service and the phone behind it (RFC 8030, 8188, 8291, 8292).

Owns: subscriptions, the check of who sends (VAPID), the decryption a phone would do, and the phones' inboxes.

Refuses: a token for another server, without an end or good for longer than a day; another sender's key; a body that is
not encrypted for this very subscription; a header the documents do not allow.

Remember:
1. A subscription is bound to the sender's key it was made for, as a browser's is.
2. Keys follow from the subscription's id, so a restart forgets nobody.
3. The decryption is written out here from the documents; the code under test uses a library.
"""
