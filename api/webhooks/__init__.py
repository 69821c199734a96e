"""Providers' callbacks: verify, then call the area.

Owns: the doors providers knock at, and the proof that it is them.
Refuses: anything without a signature over the configured public URL; to wait, or to fail because of what a provider
says about a message we do not know.

Remember:
1. The URL that was signed is built from the settings, never from a header.
2. The answer to a receipt is 204 at once; a fact we cannot place yet is parked, not refused. A call is answered with
   what to say next, a text that came in with nothing: our answer to it goes through the outbox.
3. Nothing of the body is stored but the fields named here, each checked against its form. The words of a text are read
   and forgotten.
"""
