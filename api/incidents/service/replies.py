"""Answering by a text or by a key pressed in a call: the same services as the app's, as the person who was asked.

A number proves less than signing in, so it may answer its own offer and nothing else, and is told no place: the link
in the text message shows it.
"""

from dataclasses import replace
from uuid import UUID

from sqlalchemy import select

from api.audit.service import record
from api.identity.queries import active_people, person_in
from api.identity.types import Permission
from api.incidents.errors import EngagedElsewhere
from api.incidents.models import Offer
from api.incidents.rules.links import LINK_KEY, link_path
from api.incidents.rules.states import GOING
from api.incidents.service.answers import accept_offer, decline_offer, drop_out
from api.incidents.types import Answered, DeclineReason, OfferState, Refusal, StandDown
from api.incidents.types.replies import ReplyEnd, SpokenAnswer
from api.kernel.errors import DomainError, IllegalTransition
from api.notifications.service import note_reading
from api.plumbing.context import Actor, Ctx, open_ctx
from api.plumbing.signing import signer

_E = ReplyEnd


def answer_by_number(ctx: Ctx, answer: SpokenAnswer) -> ReplyEnd:
    """Answer the offer as its person; whatever it comes to, it is proof that they read or heard it.

    The transaction acts as that person from here on.
    """
    own = _act_as_asked(ctx, answer)
    if own is None:
        return _E.ENDED
    record(own, "offer.answered", "offer", answer.offer_id, channel=answer.proof, step="yes" if answer.yes else "no")
    end = _try(own, answer)
    note_reading(own, answer.offer_id, answer.person_id, answer.proof)
    return end


def offer_link(offer_id: UUID) -> str:
    """The path of the page behind an offer's link."""
    return link_path(offer_id, signer.key(LINK_KEY))


def _act_as_asked(ctx: Ctx, answer: SpokenAnswer) -> Ctx | None:
    """A Ctx of the person, with the one permission a number carries; None for who may not answer any more."""
    statement = select(Offer.person_id, Offer.station_id).where(Offer.id == answer.offer_id)
    row = ctx.session.execute(statement).one_or_none()
    if row is None or row.person_id != answer.person_id:
        return None
    profile = person_in(ctx.session, row.station_id, row.person_id)
    able = profile is not None and Permission.OFFER_ANSWER in profile.permissions
    if not able or row.person_id not in active_people(ctx.session, [row.person_id]):
        return None
    actor = Actor("person", row.person_id, row.station_id, permissions=frozenset({Permission.OFFER_ANSWER}))
    return replace(open_ctx(ctx.session, actor, request_id=ctx.request_id), entropy=ctx.entropy)


def _try(own: Ctx, answer: SpokenAnswer) -> ReplyEnd:
    try:
        # What a refusal had begun is undone; that the answer came stays written.
        with own.session.begin_nested():
            return _yes(own, answer.offer_id) if answer.yes else _no(own, answer.offer_id)
    except EngagedElsewhere:
        return _E.BUSY
    except DomainError:
        return _E.ENDED


def _yes(own: Ctx, offer_id: UUID) -> ReplyEnd:
    answered = accept_offer(own, offer_id)
    if answered.state in GOING:
        return _E.GOING
    return _E.FULL if answered.state is OfferState.STOOD_DOWN and answered.reason == StandDown.FULL else _E.ENDED


def _no(own: Ctx, offer_id: UUID) -> ReplyEnd:
    refusal = Refusal(offer_id, DeclineReason.OTHER)
    try:
        answered: Answered = decline_offer(own, refusal)
    except IllegalTransition:
        # Somebody who had said yes and cannot come after all.
        answered = drop_out(own, refusal)
    ended = answered.state is OfferState.STOOD_DOWN
    return _E.ENDED if ended else _E.DECLINED
