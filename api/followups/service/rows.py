"""Locking plans and visits, writing visits, and ending them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, case, func, insert, select, update

from api.followups.models import PlanRow, VisitRow
from api.followups.rules.replanning import Planned
from api.followups.rules.states import OPEN_VISIT, VISIT
from api.followups.types import Owner, Plan, VisitEvent, VisitState, WaiveReason
from api.kernel.errors import NotFound
from api.plumbing.context import Ctx


@dataclass(frozen=True)
class NewVisits:
    """Visits to be written for one plan, numbered from `first_number`."""

    plan: Plan
    visits: Sequence[Planned]
    first_number: int = 1


def lock_plan(ctx: Ctx, plan_id: UUID) -> PlanRow:
    """The plan, locked against any other change; raises NotFound, also for another station's."""
    statement = _scoped(ctx, select(PlanRow).where(PlanRow.id == plan_id)).with_for_update()
    # Whoever held the lock before may have changed it since this session last saw it.
    row = ctx.session.scalar(statement, execution_options={"populate_existing": True})
    if row is None:
        raise NotFound
    return row


def lock_visit(ctx: Ctx, visit_id: UUID) -> tuple[PlanRow, VisitRow]:
    """The visit and its plan, the plan locked first: every change of a plan queues in that one place."""
    plan_id = ctx.session.scalar(select(VisitRow.plan_id).where(VisitRow.id == visit_id))
    if plan_id is None:
        raise NotFound
    plan = lock_plan(ctx, plan_id)
    statement = select(VisitRow).where(VisitRow.id == visit_id).with_for_update()
    return plan, ctx.session.scalars(statement, execution_options={"populate_existing": True}).one()


def write_visits(ctx: Ctx, batches: Sequence[NewVisits]) -> int:
    """Write the visits of all batches in one statement; returns how many."""
    rows = [
        _visit_row(ctx, batch.plan, planned, number)
        for batch in batches
        for number, planned in enumerate(batch.visits, start=batch.first_number)
    ]
    if rows:
        ctx.session.execute(insert(VisitRow), rows)
    return len(rows)


def next_number(ctx: Ctx, plan_id: UUID) -> int:
    """The number the plan's next visit gets."""
    statement = select(func.coalesce(func.max(VisitRow.number), 0)).where(VisitRow.plan_id == plan_id)
    return ctx.session.scalars(statement).one() + 1


def end_open_visits(ctx: Ctx, plan_id: UUID, reason: WaiveReason) -> None:
    """End what is open because the plan goes another way: what is overdue was missed, the rest is not needed."""
    overdue = VisitRow.state == VisitState.OVERDUE
    ctx.session.execute(
        update(VisitRow)
        .where(VisitRow.plan_id == plan_id, VisitRow.state.in_(OPEN_VISIT))
        .values(
            state=case(
                (overdue, VISIT.next(VisitState.OVERDUE, VisitEvent.GIVE_UP)),
                else_=VISIT.next(VisitState.PLANNED, VisitEvent.WAIVE),
            ),
            waive_reason=case((overdue, None), else_=reason),
            next_step_at=None,
        )
        .execution_options(synchronize_session="fetch")
    )


def drop_visits(ctx: Ctx, visit_ids: Sequence[UUID], reason: WaiveReason, *, now: datetime) -> None:
    """Waive planned visits that something else replaces; one that has come due meanwhile is left alone."""
    ctx.session.execute(
        update(VisitRow)
        .where(VisitRow.id.in_(visit_ids), VisitRow.state == VisitState.PLANNED, VisitRow.due_at > now)
        .values(
            state=VISIT.next(VisitState.PLANNED, VisitEvent.WAIVE), waive_reason=reason, waived_by=ctx.actor.person_id,
            next_step_at=None,
        )
        .execution_options(synchronize_session="fetch")
    )  # fmt: skip


def owner_columns(owner: Owner) -> dict[str, object]:
    """An owner as columns, without the lead."""
    return {"owner_kind": owner.kind, "owner_id": owner.id}


def _visit_row(ctx: Ctx, plan: Plan, planned: Planned, number: int) -> dict[str, object]:
    timing = planned.timing
    return {
        "id": ctx.new_id(),
        "station_id": plan.station_id,
        "plan_id": plan.id,
        "round": plan.round,
        "number": number,
        "template_id": plan.template_id,
        "step_no": planned.step_no,
        "anchored_at": planned.anchored_at,
        "mode": planned.step.mode,
        "role": planned.step.role,
        "state": VISIT.initial,
        "target_on": timing.target_on,
        "due_at": timing.due_at,
        "overdue_at": timing.overdue_at,
        "climbs": list(timing.climbs),
        "next_step_at": timing.first_step_at(ctx.now),
        "provisional": timing.provisional,
        **owner_columns(plan.owner),
        "planned_at": ctx.now,
    }


def _scoped(ctx: Ctx, statement: Select[PlanRow]) -> Select[PlanRow]:
    # The system, and it alone, acts for every station.
    station = ctx.actor.station_id
    return statement if station is None else statement.where(PlanRow.station_id == station)
