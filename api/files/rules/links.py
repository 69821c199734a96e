"""The signed link to one file: which, in which variant, until when; the signature is all that guards it."""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from uuid import UUID

from api.files.errors import LinkEnded, LinkRefused
from api.files.types import Variant

LINK_KEY = "file-link"  # the signer's purpose
PATH = "/v1/file-links/"
LONGEST = timedelta(days=1)
_SIGNATURE_BYTES = 16
_FORM = {Variant.FULL: b"\0", Variant.THUMBNAIL: b"\1"}
_LENGTH = 16 + 1 + 5 + _SIGNATURE_BYTES


def link_path(file_id: UUID, variant: Variant, ends_at: datetime, key: bytes) -> str:
    """The path of a link, to be put behind the public URL."""
    body = file_id.bytes + _FORM[variant] + int(ends_at.timestamp()).to_bytes(5)
    return PATH + _encode(body + _sign(body, key))


def read_link(token: str, key: bytes, now: datetime) -> tuple[UUID, Variant]:
    """What the token opens; raises LinkRefused for one not made with this key, LinkEnded after its time."""
    try:
        raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        raise LinkRefused from None
    body, signature = raw[:-_SIGNATURE_BYTES], raw[-_SIGNATURE_BYTES:]
    # The text as well: base64 has several spellings of the same bytes.
    if len(raw) != _LENGTH or _encode(raw) != token or not hmac.compare_digest(signature, _sign(body, key)):
        raise LinkRefused
    if now >= datetime.fromtimestamp(int.from_bytes(body[17:]), UTC):
        raise LinkEnded
    return UUID(bytes=body[:16]), Variant.FULL if body[16:17] == _FORM[Variant.FULL] else Variant.THUMBNAIL


def _sign(body: bytes, key: bytes) -> bytes:
    return hmac.new(key, body, hashlib.sha256).digest()[:_SIGNATURE_BYTES]


def _encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")
