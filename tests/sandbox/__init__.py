"""The stand-ins, driven by the real SDKs over real sockets. Nothing is patched here."""
