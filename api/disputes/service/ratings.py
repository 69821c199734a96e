"""Ratings: each party that can be texted is asked once a round, by a link that answers once."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from api.audit.service import record
from api.disputes.errors import RatingForged, RatingUnknown
from api.disputes.models import Dispute
from api.disputes.models.mediation import Rating
from api.disputes.queries.mediation import norms_for, parties_of_case
from api.disputes.rules.rating_links import (
    LINK_KEY,
    is_rating_mark,
    rating_mark,
    rating_path,
    rating_stage,
    read_rating_token,
)
from api.disputes.rules.telling import why_untold
from api.disputes.service.steps import note_event
from api.disputes.service.telling import tell_parties
from api.disputes.types import CaseHead
from api.disputes.types.mediation import RatingPage, Told
from api.disputes.types.work import RatingStage, WorkEvent
from api.plumbing.context import Actor, Ctx, open_ctx
from api.plumbing.signing import signer

ASK = "dispute_rating"  # template
LINK = "_link"


def ask_for_ratings(ctx: Ctx, head: CaseHead, *, step: str = "settled") -> Told:
    """Ask every party that has not rated this round; asked again, the same link lives longer."""
    expires_at = ctx.now + timedelta(days=norms_for(ctx.session, head.station_id).rating_days)
    rows = [
        {
            "id": ctx.new_id(), "dispute_id": head.id, "station_id": head.station_id, "party_id": party.id,
            "round": head.round, "asked_at": ctx.now, "expires_at": expires_at,
        }
        for party in parties_of_case(ctx.session, head.id)
        if why_untold(strict=head.strict, minor=party.minor, phone=party.phone, is_mobile=True) is None
    ]  # fmt: skip
    if not rows:
        return tell_parties(ctx, head, template=ASK, step=f"rating.{head.round}.{step}", extra={})
    statement = insert(Rating)
    statement = statement.on_conflict_do_update(
        index_elements=["dispute_id", "party_id", "round"],
        set_={"expires_at": statement.excluded.expires_at},
        where=Rating.rated_at.is_(None),
    )
    asked = ctx.session.execute(statement.returning(Rating.id, Rating.party_id), rows).all()
    links = {row.party_id: {LINK: rating_path(row.id, signer.key(LINK_KEY))} for row in asked}
    return tell_parties(ctx, head, template=ASK, step=f"rating.{head.round}.{step}", extra=links)


def show_rating(ctx: Ctx, token: str) -> RatingPage:
    """What the link's page shows now; changes nothing. Raises RatingUnknown."""
    row = _found(ctx, token)
    stage = _stage(ctx, row)
    ref = ctx.session.scalars(select(Dispute.ref).where(Dispute.id == row.dispute_id)).one()
    return RatingPage(stage, rating_mark(row.id, signer.key(LINK_KEY)), ref)


def rate(ctx: Ctx, token: str, *, mark: str, stars: int, comment: str | None) -> None:
    """Take the page's form, once; a second one changes nothing. Raises RatingUnknown, RatingForged."""
    row = _found(ctx, token, lock=True)
    if not is_rating_mark(mark, row.id, signer.key(LINK_KEY)):
        raise RatingForged
    own = _act_as_party(ctx, row)
    if _stage(own, row) is not RatingStage.ASK:
        return
    row.stars, row.comment, row.rated_at = stars, comment or None, own.now
    own.session.flush()
    note_event(own, row.dispute_id, WorkEvent.RATED, rating=str(row.id), stars=stars)
    record(own, "dispute.rated", "dispute", row.dispute_id, rating=str(row.id), stars=stars)


def _found(ctx: Ctx, token: str, *, lock: bool = False) -> Rating:
    rating_id = read_rating_token(token, signer.key(LINK_KEY))
    statement = select(Rating).where(Rating.id == rating_id)
    if lock:
        statement = statement.with_for_update()
    row = None if rating_id is None else ctx.session.scalar(statement, execution_options={"populate_existing": True})
    if row is None:
        raise RatingUnknown
    return row


def _act_as_party(ctx: Ctx, row: Rating) -> Ctx:
    """The rest of the transaction is done by a party, who is nobody of the station."""
    actor = Actor("party", station_id=row.station_id)
    return replace(open_ctx(ctx.session, actor, request_id=ctx.request_id), entropy=ctx.entropy)


def _stage(ctx: Ctx, row: Rating) -> RatingStage:
    return rating_stage(row.expires_at, ctx.now, rated=row.rated_at is not None)
