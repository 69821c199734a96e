"""Everything that knows HTTP and nothing of the domain: operations, problems, ETags, pages, limits, bodies.

Owns: the status table, authentication's plumbing (who verifies the token is identity's business), idempotent replay.
Refuses: domain rules; an area's routes say what a request means.

Remember:
1. Every route is declared with `@operation(permission)` or `@public_operation(reason)`; a shape test fails otherwise.
2. One request is one transaction, opened and committed by `operation`.
3. Every refusal is a problem document (RFC 9457) with a stable code, in Chinese and English.
"""
