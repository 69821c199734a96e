"""Erasing what has been kept long enough, or whom the law says to forget: the case stays, the people and words go.

What is left of a case are codes, times and counts, so that reports stay true. A marker stands where a name was, because
an empty field could also mean that nobody asked.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, func, literal, select, text, update

from api.audit.service import record
from api.disputes.errors import DisputeStillOpen
from api.disputes.models import Dispute, DisputeParty
from api.disputes.models.agreements import Agreement, Obligation
from api.disputes.models.mediation import Decision, HandOver, MediationSession, Mediator, Rating
from api.disputes.models.standards import DisputeScore
from api.kernel.errors import NotFound
from api.plumbing.context import Ctx
from api.plumbing.crypto import Sealed

ERASED = "〔已删除〕"
PARTY, RECORD = "dispute_party", "dispute_record"
# Everything else of a case that was said or written in words.
WORDED: tuple[type[Any], ...] = (
    Agreement, Decision, DisputeScore, HandOver, MediationSession, Mediator, Obligation, Rating,
)  # fmt: skip
_NO_ONE = {
    "name": ERASED,
    "phone": None,
    "phone_index": None,
    "document": None,
    "document_number": None,
    "document_index": None,
    "sex": None,
    "born_on": None,
    "ethnicity": None,
    "education": None,
    "address": None,
    "address_index": None,
    "workplace": None,
    "contact": None,
}
_NO_WORDS = {
    "title": None,
    "summary": ERASED,
    "address": None,
    "address_index": None,
    "organisations": None,
    "resolution": None,
    "evaluation": None,
    "measures": None,
    "place": None,
    "place_datum": None,
}


def erase_expired_parties(ctx: Ctx, *, limit: int) -> int:
    """Erase who the parties of cases were that ended long enough ago; returns how many."""
    ripe = (
        select(DisputeParty.id)
        .join(Dispute, Dispute.id == DisputeParty.dispute_id)
        .where(DisputeParty.erased_at.is_(None), _is_over(ctx, PARTY))
    )
    return _erase_parties(ctx, _batch(ripe, limit))


def erase_expired_records(ctx: Ctx, *, limit: int) -> int:
    """Erase the words and places of cases that ended long enough ago; returns how many cases."""
    ripe = _batch(select(Dispute.id).where(Dispute.erased_at.is_(None), _is_over(ctx, RECORD)), limit)
    ids = list(ctx.session.scalars(ripe))
    if not ids:
        return 0
    for model in WORDED:
        ctx.session.execute(update(model).where(model.dispute_id.in_(ids)).values(wordless(model)))
    ctx.session.execute(update(Dispute).where(Dispute.id.in_(ids)).values(**_NO_WORDS, erased_at=ctx.now))
    return len(ids)


def wordless(model: type[Any]) -> dict[str, ColumnElement[str | None]]:
    """Column -> value that leaves no word of a row's sealed texts: a marker where there was one, nothing elsewhere."""
    table = model.__table__
    sealed = [column for column in table.columns if isinstance(column.type, Sealed)]
    return {column.name: case((column.is_not(None), literal(ERASED, column.type))) for column in sealed}


def erase_party(ctx: Ctx, dispute_id: UUID, party_id: UUID, *, reason: str) -> None:
    """Erase one party on request; raises DisputeStillOpen while the case runs. Erasing twice is once."""
    # Whoever may erase need not know the case.
    found = ctx.session.execute(
        select(DisputeParty.erased_at, Dispute.ended_at)
        .join(Dispute, Dispute.id == DisputeParty.dispute_id)
        .where(DisputeParty.id == party_id, Dispute.id == dispute_id, Dispute.station_id == ctx.actor.station)
        .with_for_update(of=Dispute, key_share=True)
    ).one_or_none()
    if found is None:
        raise NotFound
    if found.ended_at is None:
        raise DisputeStillOpen
    if found.erased_at is None:
        _erase_parties(ctx, select(DisputeParty.id).where(DisputeParty.id == party_id))
        record(ctx, "dispute.party_erased", "dispute", dispute_id, party_id=str(party_id), reason=reason)


def _erase_parties(ctx: Ctx, ids: Select[UUID]) -> int:
    # Each its own random index: equal ones would still say that two cases had the same party.
    erased = ctx.session.execute(
        update(DisputeParty)
        .where(DisputeParty.id.in_(ids))
        .values(**_NO_ONE, name_index=func.uuid_send(func.gen_random_uuid()), erased_at=ctx.now)
        .returning(DisputeParty.id)
    )
    return len(erased.all())


def _is_over(ctx: Ctx, purpose: str) -> ColumnElement[bool]:
    days = func.retention_days(purpose, Dispute.station_id)
    return (Dispute.ended_at.is_not(None)) & (Dispute.ended_at < ctx.now - days * text("interval '1 day'"))


def _batch(statement: Select[UUID], limit: int) -> Select[UUID]:
    return statement.limit(limit).with_for_update(skip_locked=True)
