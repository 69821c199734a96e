"""Who needs to know a case: its receiver at first, then its team, and whoever is named for a strict one."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import delete, or_
from sqlalchemy.dialects.postgresql import insert

from api.disputes.models import DisputeInsider
from api.disputes.queries.cases import insiders_of
from api.disputes.service.steps import note_act, note_event
from api.disputes.types import CaseHead, EventKind, InsiderWhy
from api.plumbing.context import Ctx


def let_in(ctx: Ctx, dispute_id: UUID, people: Collection[UUID], why: InsiderWhy) -> None:
    """Add people to those who need to know a case; whoever is in already stays."""
    rows = [
        {"dispute_id": dispute_id, "person_id": person, "why": why, "since": ctx.now} for person in sorted(set(people))
    ]
    if rows:
        ctx.session.execute(insert(DisputeInsider).on_conflict_do_nothing(), rows)


def set_team_insiders(ctx: Ctx, head: CaseHead, people: Collection[UUID]) -> None:
    """Make these the case's team: whoever left it sees the case no longer, nor does its receiver once it has a team."""
    before = {person for person, why in insiders_of(ctx.session, head.id).items() if InsiderWhy.TEAM in why}
    after = set(people)
    left_team = (DisputeInsider.why == InsiderWhy.TEAM) & DisputeInsider.person_id.not_in(after)
    gone = or_(left_team, DisputeInsider.why == InsiderWhy.RECEIVER) if after else left_team
    ctx.session.execute(delete(DisputeInsider).where(DisputeInsider.dispute_id == head.id, gone))
    let_in(ctx, head.id, after, InsiderWhy.TEAM)
    if before != after:
        came, left = sorted(map(str, after - before)), sorted(map(str, before - after))
        note_event(ctx, head.id, EventKind.INSIDERS, came=came, left=left)
        note_act(ctx, head, "dispute.insiders", came=came, left=left)
