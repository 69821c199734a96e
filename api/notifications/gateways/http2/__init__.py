"""HTTP/2 for one kind of call: many small POSTs with the same headers to one host, answered by small bodies (RFC 9113).

Owns: frames, header blocks, one connection, and the few warm connections to a host.
Refuses: everything a call to FCM does not need (server push, priorities, uploads, redirects, proxies, HTTP/1.1), and to
send a request twice unless the server said, or it is certain, that it was not taken the first time.

Remember:
1. A call ends as an `Answer`, as `NotTaken` (safe to repeat) or as `Unanswered` (nobody knows).
2. All frames written in one turn of the event loop leave in one write: that is where the speed comes from.
3. A header block that changes no table is encoded and decoded once, and recognised by its bytes from then on.
"""

from api.notifications.gateways.http2.answers import Answer, NotTaken, Unanswered
from api.notifications.gateways.http2.pool import Pool

__all__ = ["Answer", "NotTaken", "Pool", "Unanswered"]
