"""Visits planned through a year whose working days were not published yet get their dates once they are.

The one change a clock may see, and only before it has struck: the visit is still planned, and its dates were marked
provisional from the start.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, cast, extract, func, select

from api.followups.models import PlanRow, VisitRow
from api.followups.queries import plan_value, template_by_id
from api.followups.rules.schedule import schedule_step
from api.followups.rules.working_days import CHINA, PublishedCalendar
from api.followups.service.records import log_changes, note_plans
from api.followups.types import Change, Step, VisitState
from api.plumbing.context import Ctx
from api.plumbing.db import among

BATCH = 2_000


def redate_visits(ctx: Ctx, *, calendar: PublishedCalendar = CHINA, batch: int = BATCH) -> int:
    """Give provisional visits whose years are published by now their dates; returns how many lost the mark."""
    rows = ctx.session.scalars(
        select(VisitRow)
        .where(VisitRow.provisional, VisitRow.state == VisitState.PLANNED, VisitRow.due_at > ctx.now, _known(calendar))
        .order_by(VisitRow.target_on)
        .limit(batch)
        .with_for_update(skip_locked=True)
    ).all()
    steps = {id_: _steps(ctx, id_) for id_ in {row.template_id for row in rows}}
    moved = {row.plan_id for row in rows if _redate(ctx, row, steps[row.template_id], calendar)}
    ctx.session.flush()
    _note(ctx, moved)
    return len(rows)


def _known(calendar: PublishedCalendar) -> ColumnElement[bool]:
    # The last rung is the furthest day that was counted, and years are published one after another.
    last = extract("year", func.timezone("Asia/Shanghai", VisitRow.climbs[3]))
    return cast(last, Integer).in_(sorted(calendar.published))


def _steps(ctx: Ctx, template_id: UUID) -> tuple[Step, ...]:
    template = template_by_id(ctx.session, template_id)
    return () if template is None else template.steps


def _redate(ctx: Ctx, row: VisitRow, steps: Sequence[Step], calendar: PublishedCalendar) -> bool:
    timing = schedule_step(steps[row.step_no], row.anchored_at, calendar)
    moved = (row.target_on, row.due_at, row.overdue_at) != (timing.target_on, timing.due_at, timing.overdue_at)
    row.target_on, row.due_at, row.overdue_at = timing.target_on, timing.due_at, timing.overdue_at
    row.climbs, row.next_step_at = list(timing.climbs), timing.first_step_at(ctx.now)
    row.provisional = timing.provisional
    return moved


def _note(ctx: Ctx, plan_ids: set[UUID]) -> None:
    rows = ctx.session.scalars(select(PlanRow).where(among(PlanRow.id, plan_ids)))
    plans = [plan_value(row) for row in rows]
    log_changes(ctx, plans, Change.REDATED, why=None)
    note_plans(ctx, plans, "visit_plan.redated")
