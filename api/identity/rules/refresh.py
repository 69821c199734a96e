"""Refresh tokens: one session is one family, one row, and at any moment one token that works.

A token is `gr1_` and base64url of session id (16 bytes), secret (32) and seal (16). The secret's digest decides; the
seal only proves, for a token that is no longer the current one, that this server once gave it out: a stolen or
repeated token, which ends the family, and not a stranger's invention, which must not.
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

PREFIX = "gr1_"
IDLE_LIFE = timedelta(days=30)
WHOLE_LIFE = timedelta(days=90)
# How long a phone whose answer was lost may ask again with the same token and the same Idempotency-Key.
GRACE = timedelta(seconds=60)
# A browser's tabs share one token. Until it is this old a request that carries it is answered without a new one: two
# rotations in a row would make a thief of the tab whose request they overtake.
REST = timedelta(seconds=30)


class Verdict(StrEnum):
    """What a presented refresh token leads to."""

    ROTATE = "rotate"
    KEEP = "keep"  # so fresh that its holder shall keep it
    REPEAT = "repeat"  # the answer to the same request was lost: give it again
    REUSED = "reused"  # the family must end
    REFUSED = "refused"


@dataclass(frozen=True)
class RefreshToken:
    """A token that was read; `genuine` when its seal is ours."""

    session_id: UUID
    secret: bytes
    genuine: bool

    @property
    def digest(self) -> bytes:
        """What the database keeps of it."""
        return hashlib.sha256(self.secret).digest()


@dataclass(frozen=True)
class Family:
    """What the session's row says: is it alive, which digest works, which did just before, and for whom."""

    alive: bool
    current: bytes
    previous: bytes | None
    rotated_at: datetime | None
    rotation_key: bytes | None


def write_refresh(session_id: UUID, secret: bytes, key: bytes) -> str:
    """The token's text."""
    body = session_id.bytes + secret
    return PREFIX + base64.urlsafe_b64encode(body + _seal(body, key)).decode().rstrip("=")


def read_refresh(text: str, key: bytes) -> RefreshToken | None:
    """The token behind a text, or None when it has not even the shape of one."""
    encoded = text.removeprefix(PREFIX)
    try:
        raw = base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    # One text for one token: the last character has bits to spare, and no second spelling should pass.
    if len(raw) != 64 or text != PREFIX + base64.urlsafe_b64encode(raw).decode().rstrip("="):
        return None
    genuine = hmac.compare_digest(raw[48:], _seal(raw[:48], key))
    return RefreshToken(UUID(bytes=raw[:16]), raw[16:48], genuine)


def next_secret(spent: RefreshToken, request_key: str, key: bytes) -> bytes:
    """The secret that follows `spent` for one request: asked again, the same request gets the same token.

    Derived rather than drawn, so that the answer can be repeated without being stored.
    """
    body = b"next\0" + spent.session_id.bytes + spent.secret + request_key.encode()
    return hmac.new(key, body, hashlib.sha256).digest()


def judge_refresh(
    token: RefreshToken, family: Family, *, request_key: bytes | None, now: datetime, rests: bool = False
) -> Verdict:
    """What to do about a token, given its family's row. `request_key` is the digest of the Idempotency-Key.

    `rests`: a token younger than REST is not replaced yet.
    """
    if not family.alive:
        return Verdict.REFUSED
    if hmac.compare_digest(token.digest, family.current):
        is_fresh = family.rotated_at is not None and now - family.rotated_at < REST
        return Verdict.KEEP if rests and is_fresh else Verdict.ROTATE
    if _is_repeat(token, family, request_key, now):
        return Verdict.REPEAT
    return Verdict.REUSED if token.genuine else Verdict.REFUSED


def _is_repeat(token: RefreshToken, family: Family, request_key: bytes | None, now: datetime) -> bool:
    return (
        family.previous == token.digest
        and request_key is not None
        and family.rotation_key == request_key
        and family.rotated_at is not None
        and now - family.rotated_at <= GRACE
    )


def _seal(body: bytes, key: bytes) -> bytes:
    return hmac.new(key, b"seal\0" + body, hashlib.sha256).digest()[:16]
