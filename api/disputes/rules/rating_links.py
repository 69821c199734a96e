"""The one-tap link of a rating: its token, its page's stage, and the mark that proves a form came from that page.

A token is the rating's id and a signature: no name, and short enough for a text message. Looking at the page answers
nothing, so a preview made by a phone or an operator does no harm; one form, once, is the rating.
"""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from uuid import UUID

from api.disputes.types.work import RatingStage

LINK_KEY = "dispute-rating"  # the signer's purpose
PREFIX = "/r/"
STARS = range(1, 6)
_ID_BYTES, _SIGNATURE_BYTES = 16, 10
_TOKEN_LENGTH = 35


def rating_token(rating_id: UUID, key: bytes) -> str:
    """The token of a rating's link: 35 characters that are safe in a URL."""
    return _encode(rating_id.bytes + _sign(b"rating\0" + rating_id.bytes, key))


def rating_path(rating_id: UUID, key: bytes) -> str:
    """The path of a rating's link, to be put behind the public URL."""
    return PREFIX + rating_token(rating_id, key)


def read_rating_token(token: str, key: bytes) -> UUID | None:
    """The rating a token was made for; None when it was not made with this key, or was changed in any way."""
    if len(token) != _TOKEN_LENGTH or not token.isascii():
        return None
    try:
        rating_id = UUID(bytes=urlsafe_b64decode(token + "=")[:_ID_BYTES])
    except ValueError:
        return None
    # The whole text is compared: base64 has several spellings of the same bytes.
    return rating_id if hmac.compare_digest(token, rating_token(rating_id, key)) else None


def rating_mark(rating_id: UUID, key: bytes) -> str:
    """The hidden field of a rating's page: a form of somebody else's making does not hold it."""
    return _encode(_sign(b"form\0" + rating_id.bytes, key))


def is_rating_mark(mark: str, rating_id: UUID, key: bytes) -> bool:
    """Whether a form comes from the rating's own page."""
    return mark.isascii() and hmac.compare_digest(mark, rating_mark(rating_id, key))


def rating_stage(expires_at: datetime, now: datetime, *, rated: bool) -> RatingStage:
    """What the page shows: thanks for good once rated, the question until it expires."""
    if rated:
        return RatingStage.THANKS
    return RatingStage.EXPIRED if now >= expires_at else RatingStage.ASK


def _sign(message: bytes, key: bytes) -> bytes:
    return hmac.new(key, message, hashlib.sha256).digest()[:_SIGNATURE_BYTES]


def _encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")
