"""The trail: who did or saw what, kept so that nobody can quietly change it.

Owns: `audit_entries` (append-only by trigger and by grant) and `audit_chain` (a hash chain sealed over them).
Refuses: personal values in `details`: an entry names ids and facts, never names, numbers or texts.

Remember:
1. `record` writes in the caller's transaction: no effect without its entry, no entry without its effect.
2. The chain is sealed a moment later by a job, so that writers never queue behind one another.
3. `flask audit verify` recomputes the chain; an edit by anybody, the database owner included, breaks it.
"""
