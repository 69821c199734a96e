"""Answering through the one-tap link: the same services as the app's, as the person who was asked.

A link proves less than signing in, so it may answer its own offer and nothing else, and the requester stays masked.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import select

from api.audit.service import record
from api.files.service import keep_prepared, prepare_file
from api.files.types import NewFile, PreparedFile
from api.identity.queries import active_people, person_in
from api.identity.types import Permission
from api.incidents.errors import LinkForged, LinkUnknown, OutcomeMissing
from api.incidents.models import Offer
from api.incidents.queries.offers import newest_feedback
from api.incidents.rules.links import ACTIONS, LINK_KEY, form_mark, read_mark, read_token, shown_actions, stage_of
from api.incidents.service.answers import accept_offer, decline_offer, drop_out
from api.incidents.service.feedback import PHOTO_OWNER, give_feedback
from api.incidents.service.reading import show_offer
from api.incidents.service.stillness import confirm_coming
from api.incidents.service.tasks import arrive, depart, finish
from api.incidents.service.welfare import answer_welfare
from api.incidents.types import FeedbackState, How, Move, NewFeedback, OfferState, Refusal
from api.incidents.types.links import LinkAction, LinkAnswer, LinkPage, LinkStage
from api.incidents.types.on_scene import Photo
from api.notifications.service import note_reading
from api.notifications.types.reaching import Proof
from api.plumbing.context import Actor, Ctx, open_ctx
from api.plumbing.signing import signer

_CHANNEL = "link"
_DEAD = (LinkStage.OVER, LinkStage.EXPIRED)


def show_link(ctx: Ctx, token: str) -> LinkPage:
    """What the link's page shows now; changes nothing. Raises LinkUnknown."""
    own, offer_id = _enter(ctx, token)
    stage = _stage(own, offer_id)
    if stage in _DEAD:
        return LinkPage(stage, "")
    offer = show_offer(own, offer_id)
    if offer.task is not None:
        record(own, "link.shown", "offer", offer_id, channel=_CHANNEL, stage=stage)
    actions = shown_actions(stage, still_asked=offer.still_asked, watched=offer.welfare is not None)
    return LinkPage(stage, form_mark(offer_id, stage, signer.key(LINK_KEY)), offer, actions)


def prepare_photos(token: str, mark: str, photos: Sequence[Photo]) -> tuple[PreparedFile, ...]:
    """The pictures of a report, examined and stored; called before a transaction is open, for it takes its time.

    Raises LinkUnknown or LinkForged before anything is looked at: only the page that asks for a report takes pictures.
    """
    if not photos:
        return ()
    offer_id = read_token(token, signer.key(LINK_KEY))
    if offer_id is None:
        raise LinkUnknown
    if read_mark(mark, offer_id, signer.key(LINK_KEY)) is not LinkStage.REPORT:
        raise LinkForged
    return tuple(
        prepare_file(NewFile(photo.content, photo.declared_type, owner_kind=PHOTO_OWNER, owner_id=offer_id))
        for photo in photos
    )


def answer_link(ctx: Ctx, token: str, answer: LinkAnswer) -> None:
    """Do what the form says, if the page it came from is still the present one; else nothing: the page tells.

    Raises LinkUnknown, LinkForged for a form that no page of ours held, and what the app's services raise.
    """
    own, offer_id = _enter(ctx, token)
    came_from = read_mark(answer.mark, offer_id, signer.key(LINK_KEY))
    if came_from is None:
        raise LinkForged
    if _stage(own, offer_id) is not came_from or answer.action not in ACTIONS[came_from]:
        return
    record(own, "link.answered", "offer", offer_id, channel=_CHANNEL, step=answer.action)
    _STEPS[answer.action](own, offer_id, answer)
    note_reading(own, offer_id, own.actor.person, Proof.LINK)


def _enter(ctx: Ctx, token: str) -> tuple[Ctx, UUID]:
    """The rest of the transaction acts as the person the link was sent to, with the one permission it carries."""
    offer_id = read_token(token, signer.key(LINK_KEY))
    statement = select(Offer.person_id, Offer.station_id).where(Offer.id == offer_id)
    row = None if offer_id is None else ctx.session.execute(statement).one_or_none()
    if offer_id is None or row is None or not _may_answer(ctx, row.station_id, row.person_id):
        raise LinkUnknown
    actor = Actor("person", row.person_id, row.station_id, permissions=frozenset({Permission.OFFER_ANSWER}))
    return replace(open_ctx(ctx.session, actor, request_id=ctx.request_id), entropy=ctx.entropy), offer_id


def _stage(ctx: Ctx, offer_id: UUID) -> LinkStage:
    statement = select(Offer.state, Offer.expires_at).where(Offer.id == offer_id)
    row = ctx.session.execute(statement).one()
    feedback = newest_feedback(ctx.session, offer_id)
    reported = feedback is not None and feedback.state != FeedbackState.RETURNED
    return stage_of(OfferState(row.state), row.expires_at, ctx.now, reported=reported)


def _may_answer(ctx: Ctx, station_id: UUID, person_id: UUID) -> bool:
    profile = person_in(ctx.session, station_id, person_id)
    if profile is None or Permission.OFFER_ANSWER not in profile.permissions:
        return False
    return person_id in active_people(ctx.session, [person_id])


def _report(ctx: Ctx, offer_id: UUID, answer: LinkAnswer) -> None:
    if answer.outcome is None:
        raise OutcomeMissing
    give_feedback(ctx, NewFeedback(offer_id, answer.outcome, answer.text))
    for photo in answer.photos:
        keep_prepared(ctx, photo)


_STEPS: dict[LinkAction, Callable[[Ctx, UUID, LinkAnswer], object]] = {
    LinkAction.ACCEPT: lambda ctx, offer_id, _: accept_offer(ctx, offer_id),
    LinkAction.DECLINE: lambda ctx, offer_id, answer: decline_offer(ctx, Refusal(offer_id, answer.reason)),
    LinkAction.DROP_OUT: lambda ctx, offer_id, answer: drop_out(ctx, Refusal(offer_id, answer.reason)),
    LinkAction.STILL_COMING: lambda ctx, offer_id, _: confirm_coming(ctx, offer_id),
    LinkAction.DEPART: lambda ctx, offer_id, _: depart(ctx, Move(offer_id, how=How.LINK)),
    LinkAction.ARRIVE: lambda ctx, offer_id, _: arrive(ctx, Move(offer_id, how=How.LINK)),
    LinkAction.ALL_RIGHT: lambda ctx, offer_id, _: answer_welfare(ctx, offer_id, all_right=True),
    LinkAction.NEED_HELP: lambda ctx, offer_id, _: answer_welfare(ctx, offer_id, all_right=False),
    LinkAction.FINISH: lambda ctx, offer_id, _: finish(ctx, Move(offer_id, how=How.LINK)),
    LinkAction.FEEDBACK: _report,
}
