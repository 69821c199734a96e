"""The one-tap link of an offer: its token, how long it lives, and the mark that proves a form came from its page.

A token is the offer's id and a signature, nothing else: no name, no place, and short enough for a text message. How
long it is good follows from the offer as it stands, so that asking again prolongs the link that was sent before.
"""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from uuid import UUID

from api.incidents.rules.states import ASKED, PAUSED
from api.incidents.types import OfferState
from api.incidents.types.links import LinkAction, LinkStage

LINK_KEY = "offer-link"  # the signer's purpose
PREFIX = "/t/"
# For somebody who went: time to come home and report. A text message left in a phone is worth nothing after it.
LIFE_AFTER_EXPIRY = timedelta(days=3)
_ID_BYTES, _SIGNATURE_BYTES = 16, 10
_TOKEN_LENGTH = 35

_A, _S = LinkAction, LinkStage
ACTIONS: dict[LinkStage, tuple[LinkAction, ...]] = {
    _S.ASK: (_A.ACCEPT, _A.DECLINE),
    _S.ACCEPTED: (_A.STILL_COMING, _A.DEPART, _A.ARRIVE, _A.DROP_OUT),
    _S.ON_THE_WAY: (_A.STILL_COMING, _A.ARRIVE, _A.DROP_OUT),
    _S.ARRIVED: (_A.ALL_RIGHT, _A.NEED_HELP, _A.FINISH, _A.DROP_OUT),
    _S.REPORT: (_A.FEEDBACK,),
}


def shown_actions(stage: LinkStage, *, still_asked: bool, watched: bool) -> tuple[LinkAction, ...]:
    """The buttons of a page: those that answer a question stand there while it is asked."""
    hidden: set[LinkAction] = set()
    if not still_asked:
        hidden.add(_A.STILL_COMING)
    if not watched:
        hidden |= {_A.ALL_RIGHT, _A.NEED_HELP}
    return tuple(action for action in ACTIONS.get(stage, ()) if action not in hidden)


def link_token(offer_id: UUID, key: bytes) -> str:
    """The token of an offer's link: 35 characters that are safe in a URL."""
    return _encode(offer_id.bytes + _sign(b"offer\0" + offer_id.bytes, key))


def link_path(offer_id: UUID, key: bytes) -> str:
    """The path of an offer's link, to be put behind the public URL."""
    return PREFIX + link_token(offer_id, key)


def read_token(token: str, key: bytes) -> UUID | None:
    """The offer a token was made for; None when it was not made with this key, or was changed in any way."""
    if len(token) != _TOKEN_LENGTH or not token.isascii():
        return None
    try:
        offer_id = UUID(bytes=urlsafe_b64decode(token + "=")[:_ID_BYTES])
    except ValueError:
        return None
    # The whole text is compared: base64 has several spellings of the same bytes.
    return offer_id if hmac.compare_digest(token, link_token(offer_id, key)) else None


def form_mark(offer_id: UUID, stage: LinkStage, key: bytes) -> str:
    """The hidden field of the page of an offer at a stage: a form of somebody else's making does not hold it."""
    return _encode(_sign(b"form\0" + stage.encode() + b"\0" + offer_id.bytes, key))


def read_mark(mark: str, offer_id: UUID, key: bytes) -> LinkStage | None:
    """The stage of the page a form came from; None when no page of ours held it."""
    if not mark.isascii():
        return None
    return next((stage for stage in ACTIONS if hmac.compare_digest(mark, form_mark(offer_id, stage, key))), None)


def stage_of(state: OfferState, expires_at: datetime, now: datetime, *, reported: bool) -> LinkStage:
    """What the page asks for: the offer's state held against the clock. `reported`: nobody waits for a report."""
    if now >= expires_at + LIFE_AFTER_EXPIRY or (state in ASKED and now >= expires_at):
        return _S.EXPIRED
    if state is OfferState.DONE:
        return _S.THANKS if reported else _S.REPORT
    return _STAGES[state]


_STAGES: dict[OfferState, LinkStage] = {
    **dict.fromkeys(ASKED, _S.ASK),
    **dict.fromkeys((*PAUSED, OfferState.DROPPED_OUT), _S.OVER),
    OfferState.ACCEPTED: _S.ACCEPTED,
    OfferState.ON_THE_WAY: _S.ON_THE_WAY,
    OfferState.ARRIVED: _S.ARRIVED,
    OfferState.DECLINED: _S.DECLINED,
}


def _sign(message: bytes, key: bytes) -> bytes:
    return hmac.new(key, message, hashlib.sha256).digest()[:_SIGNATURE_BYTES]


def _encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")
