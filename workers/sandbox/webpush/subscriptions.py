"""Subscriptions and the keys of the phones behind them. Pure, but for the draw of a new id."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

# The order of P-256, for a private key drawn from a hash.
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_SALT = b"gridloop web push stand-in"


@dataclass(frozen=True)
class Phone:
    """What a phone keeps of its subscription."""

    id: str
    private: ec.EllipticCurvePrivateKey
    auth: bytes

    @property
    def public(self) -> bytes:
        """The uncompressed point."""
        return self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def new_id(server_key: str) -> str:
    """An id for a subscription made for this sender's key."""
    head = secrets.token_hex(12)
    return head + _seal(head, server_key)


def belongs_to(subscription_id: str, server_key: str) -> bool:
    """Whether a subscription was made for this sender's key."""
    return hmac.compare_digest(_seal(subscription_id[:24], server_key), subscription_id[24:])


def phone_of(subscription_id: str) -> Phone:
    """The phone behind a subscription: its keys follow from the id."""
    number = int.from_bytes(hmac.digest(_SALT, b"key" + subscription_id.encode(), "sha512"))
    private = ec.derive_private_key(number % (_ORDER - 1) + 1, ec.SECP256R1())
    return Phone(subscription_id, private, hmac.digest(_SALT, b"auth" + subscription_id.encode(), "sha256")[:16])


def encode(raw: bytes) -> str:
    """base64url without padding, as everything here is written."""
    return urlsafe_b64encode(raw).decode().rstrip("=")


def decode(text: str) -> bytes:
    """The bytes of base64url without padding; raises ValueError."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _seal(head: str, server_key: str) -> str:
    return hashlib.sha256(f"{head} {server_key.rstrip('=')}".encode()).hexdigest()[:16]
