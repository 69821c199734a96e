"""Signing keys by purpose, all derived from one secret, for services that must not know where settings come from."""

import hashlib
import hmac


class Signer:
    """The process's signing secret, set once by `create_app`."""

    def __init__(self) -> None:
        self._secret = b""

    def load(self, secret: bytes) -> None:
        """Install the secret."""
        self._secret = secret

    def key(self, purpose: str) -> bytes:
        """The 32-byte key for one purpose; what is signed for one can never pass for another."""
        if not self._secret:
            raise RuntimeError("the signer has no secret yet")
        return hmac.new(self._secret, purpose.encode(), hashlib.sha256).digest()


signer = Signer()
