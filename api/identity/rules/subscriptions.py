"""A Web Push subscription as a registration's token: checked, and written in one way so that equal ones are equal.

The form is the browser's: {"endpoint": ..., "keys": {"p256dh": ..., "auth": ...}}. What the endpoint's name resolves to
is checked where it is called, at the moment of the call.
"""

import ipaddress
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as BadBase64
from dataclasses import dataclass
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec

LONGEST_ENDPOINT = 1_024
# The push services of browsers and of UnifiedPush servers; any other port is somebody else's door.
PORTS = frozenset({443, 8443})
_POINT, _SECRET = 65, 16


@dataclass(frozen=True)
class Subscription:
    """Where a push goes, and the keys it is encrypted for: a P-256 point and a secret, both in base64url."""

    endpoint: str
    p256dh: str
    auth: str

    def as_token(self) -> str:
        """The one way to write it."""
        content = {"endpoint": self.endpoint, "keys": {"auth": self.auth, "p256dh": self.p256dh}}
        return json.dumps(content, separators=(",", ":"), sort_keys=True)


def read_subscription(token: str, *, stand_in: str = "") -> Subscription | None:
    """The subscription of a token; None when it is none, or leads where no push may go.

    `stand_in`: the one address (scheme, host and port) that may be plain http and on this machine.
    """
    try:
        content = json.loads(token)
        endpoint, keys = content["endpoint"], content["keys"]
        p256dh, auth = str(keys["p256dh"]).rstrip("="), str(keys["auth"]).rstrip("=")
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    point = _decoded(p256dh)
    if len(point) != _POINT or point[:1] != b"\x04" or len(_decoded(auth)) != _SECRET:
        return None
    if not isinstance(endpoint, str) or not may_be_called(endpoint, stand_in=stand_in):
        return None
    return Subscription(endpoint, p256dh, auth)


def may_be_called(endpoint: str, *, stand_in: str = "") -> bool:
    """Whether this address may be an endpoint, as far as its text tells: https, a name, a known port."""
    if not endpoint.isascii() or not endpoint.isprintable() or " " in endpoint or len(endpoint) > LONGEST_ENDPOINT:
        return False
    if stand_in and endpoint.startswith(f"{stand_in.rstrip('/')}/"):
        return True
    try:
        parts = urlsplit(endpoint)
        port = parts.port or 443
    except ValueError:
        return False
    host = parts.hostname or ""
    return (
        parts.scheme == "https"
        and not parts.username
        and not parts.password
        and "\\" not in endpoint
        and port in PORTS
        and "." in host.strip(".")
        and not _is_address(host)
    )


def public_push_key(private: str) -> str:
    """The public half of the private key's setting, in base64url; empty without one."""
    if not private:
        return ""
    number = int.from_bytes(_decoded(private.rstrip("=")))
    point = ec.derive_private_key(number, ec.SECP256R1()).public_key().public_numbers()
    whole = b"\x04" + point.x.to_bytes(32) + point.y.to_bytes(32)
    return urlsafe_b64encode(whole).decode().rstrip("=")


def _is_address(host: str) -> bool:
    """Whether a host is a number in any of the forms that resolvers take, 0x7f.1 and 2130706433 among them."""
    last = host.rstrip(".").rpartition(".")[2]
    if last.isdigit() or last.lower().startswith("0x"):
        return True
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _decoded(text: str) -> bytes:
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (BadBase64, ValueError):
        return b""
