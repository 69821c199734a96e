"""Two cases that are one, and one that is two. Nothing is lost: each keeps its story and says where the other went."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text, update

from api.audit.service import record
from api.disputes.errors import MergedIntoItself, NobodyLeft, NotMergeable
from api.disputes.models import Dispute, DisputeParty
from api.disputes.queries.cases import insiders_of, lock_cases
from api.disputes.queries.codes import book_of
from api.disputes.queries.lists import case_row
from api.disputes.queries.parties import parties_of
from api.disputes.rules.codes import unknown_codes
from api.disputes.rules.states import WORKING
from api.disputes.service.filing import write_cases
from api.disputes.service.knowing import let_in
from api.disputes.service.scoring import rescore
from api.disputes.service.steps import SUBJECT, move_case, note_event, own_dispute, sight_of
from api.disputes.types import CaseHead, CaseState, CaseStep, CodeList, Draft, EventKind, NewCase, RiskSign, Sight, Spot
from api.followups.queries import plan_of
from api.followups.rules.schedule import station_day
from api.followups.service import close_plan
from api.grids.types import UnitRef
from api.kernel.errors import Invalid, NotFound
from api.kernel.geo import Datum
from api.plumbing.context import Ctx

# The survivor takes the graver of what both knew; its own texts stay, the other's are read in the merged case.
_TAKE_OVER = text("""
    UPDATE disputes s SET
        repeat_calls = least(s.repeat_calls + 1 + m.repeat_calls, 1000),
        signs = ARRAY(SELECT DISTINCT sign FROM unnest(s.signs || m.signs) AS sign ORDER BY sign),
        people_count = greatest(s.people_count, m.people_count),
        version = s.version + 1
    FROM disputes m WHERE s.id = :survivor AND m.id = :merged
""")


@dataclass(frozen=True)
class NewSplit:
    """Parties to take out of a case into one of their own, and what that one is about."""

    dispute_id: UUID
    party_ids: tuple[UUID, ...]
    category: str | None = None
    summary: str | None = None


def merge_case(ctx: Ctx, dispute_id: UUID, *, into: UUID) -> None:
    """Merge a case into another one of the station; raises NotMergeable, MergedIntoItself, NotFound.

    Its parties go along, those the survivor has already are left behind; its later calls count with the survivor's.
    """
    if dispute_id == into:
        raise MergedIntoItself
    merged, survivor = _both(ctx, dispute_id, into)
    if merged.state not in WORKING or survivor.state not in (*WORKING, CaseState.SETTLED):
        raise NotMergeable
    moved = _move_parties(ctx, merged, survivor)
    ctx.session.execute(_TAKE_OVER, {"survivor": survivor.id, "merged": merged.id})
    move_case(ctx, merged, CaseStep.MERGE, reason="merged")
    _end_visits(ctx, merged)
    # Whatever had been merged into it before points to the survivor too: nobody follows a chain.
    both = (Dispute.id == merged.id) | (Dispute.merged_into == merged.id)
    ctx.session.execute(update(Dispute).where(both).values(merged_into=survivor.id, version=Dispute.version + 1))
    for person, reasons in insiders_of(ctx.session, merged.id).items():
        for why in reasons:
            let_in(ctx, survivor.id, [person], why)
    note_event(ctx, merged.id, EventKind.MERGED, into=str(survivor.id))
    note_event(ctx, survivor.id, EventKind.MERGED_IN, other=str(merged.id), parties=moved)
    record(ctx, "dispute.merged_in", SUBJECT, survivor.id, other=str(merged.id), parties=moved)
    rescore(ctx, [survivor.id])


def _end_visits(ctx: Ctx, merged: CaseHead) -> None:
    # One that was settled before and flared up again has visits running; the survivor gets its own when it is settled.
    plan = plan_of(ctx.session, SUBJECT, merged.id)
    if plan is not None:
        close_plan(ctx, plan.id, why="merged")


def _both(ctx: Ctx, one: UUID, other: UUID) -> tuple[CaseHead, CaseHead]:
    # Locked in the order of ids, whichever is merged into which: two people who do it crosswise do not wait forever.
    heads = lock_cases(ctx.session, [one, other], station_id=ctx.actor.station)
    for id_ in (one, other):
        if id_ not in heads or sight_of(ctx, heads[id_]) is not Sight.FULL:
            raise NotFound
    return heads[one], heads[other]


def _move_parties(ctx: Ctx, merged: CaseHead, survivor: CaseHead) -> int:
    rows = parties_of(ctx.session, [merged.id])
    there = parties_of(ctx.session, [survivor.id])
    same = {row.id: known.id for row in rows if (known := _same(row, there)) is not None}
    going = [row.id for row in rows if row.id not in same]
    for row in rows:
        if row.id in going and row.agent_of in same:
            # The agent goes on for the one that is there already.
            row.agent_of = same[row.agent_of]
    ctx.session.flush()
    if going:
        ctx.session.execute(
            update(DisputeParty)
            .where(DisputeParty.id.in_(going))
            .values(dispute_id=survivor.id, came_from=merged.id, version=DisputeParty.version + 1)
            .execution_options(synchronize_session=False)
        )
    return len(going)


def _same(row: DisputeParty, there: Sequence[DisputeParty]) -> DisputeParty | None:
    """The party of the survivor who is the same: by document, else by number, each only with the same name."""
    for known in there:
        if known.name_index != row.name_index:
            continue
        if row.document_index is not None and known.document_index is not None:
            if row.document_index == known.document_index:
                return known
            continue
        if row.phone_index == known.phone_index:
            return known
    return None


def split_case(ctx: Ctx, split: NewSplit) -> UUID:
    """Take some parties out into a case of their own; returns its id. Raises NobodyLeft, NotMergeable, NotFound."""
    head = own_dispute(ctx, split.dispute_id)
    if head.state not in WORKING:
        raise NotMergeable
    parties = {row.id: row for row in parties_of(ctx.session, [head.id])}
    wanted = set(split.party_ids)
    if not wanted <= parties.keys():
        raise NotFound
    # An agent goes with the one it acts for.
    wanted |= {row.id for row in parties.values() if row.agent_of in wanted}
    if not wanted or wanted == parties.keys() or any(parties[id_].agent_of not in {None, *wanted} for id_ in wanted):
        raise NobodyLeft
    [dispute_id] = write_cases(ctx, [_draft(ctx, head, split)])
    ctx.session.execute(
        update(DisputeParty)
        .where(DisputeParty.id.in_(wanted))
        .values(dispute_id=dispute_id, came_from=head.id, version=DisputeParty.version + 1)
        .execution_options(synchronize_session=False)
    )
    _note_split(ctx, head, dispute_id, len(wanted))
    rescore(ctx, [head.id, dispute_id])
    return dispute_id


def _draft(ctx: Ctx, head: CaseHead, split: NewSplit) -> Draft:
    row, place = case_row(ctx.session, head.id)
    category = split.category or row.category
    book = book_of(ctx.session, station_day(ctx.now))
    if issues := unknown_codes(book, [("/category", CodeList.CATEGORY, split.category)]):
        raise Invalid(issues=issues)
    new = NewCase(
        category=category,
        summary=split.summary or row.summary,
        source=row.source,
        scale=row.scale,
        address=row.address,
        spot=Spot(place, Datum(row.place_datum)) if place and row.place_datum else None,
        occurred_at=row.occurred_at,
        signs=frozenset(RiskSign(sign) for sign in row.signs),
    )
    unit = UnitRef(row.unit_id, "", "", row.unit_name or "") if row.unit_id else None
    version = book.version(CodeList.CATEGORY, category) if split.category else row.category_version
    return Draft(new, version, unit, ctx.now)


def _note_split(ctx: Ctx, head: CaseHead, dispute_id: UUID, parties: int) -> None:
    values: dict[str, Any] = {"version": Dispute.version + 1}
    ctx.session.execute(update(Dispute).where(Dispute.id == head.id).values(**values))
    ctx.session.execute(update(Dispute).where(Dispute.id == dispute_id).values(split_from=head.id))
    for person, reasons in insiders_of(ctx.session, head.id).items():
        for why in reasons:
            let_in(ctx, dispute_id, [person], why)
    note_event(ctx, head.id, EventKind.SPLIT_OFF, other=str(dispute_id), parties=parties)
    note_event(ctx, dispute_id, EventKind.SPLIT_FROM, other=str(head.id), parties=parties)
    record(ctx, "dispute.split", SUBJECT, head.id, other=str(dispute_id), parties=parties)
