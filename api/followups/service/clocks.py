"""The clocks of all visits, moved set by set: what is due, what is overdue, what climbs, and who is told.

A run looks at `next_step_at` only, so it costs what has struck and not what exists. One that comes late takes the last
step of each visit instead of replaying every one it missed. Rows a report holds at this moment are skipped and found
again by the next run.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, and_, case, func, select, update

from api.audit.service import entries_from
from api.followups.models import PlanRow, VisitRow
from api.followups.queries import ladders_of
from api.followups.rules.digests import MovedGroup, is_waking, sum_up
from api.followups.rules.states import VISIT
from api.followups.service.digests import send_digests
from api.followups.types import Owner, OwnerKind, RunReport, VisitEvent, VisitState, Ward
from api.plumbing.context import Ctx
from api.plumbing.locks import try_lock

# One statement's worth: a second or two of work, far below the statement timeout even on a cold or busy machine.
BATCH = 20_000
# How many statements a run may take, so that it ends within its job's time.
MOST_BATCHES = 10
_DUE = VISIT.next(VisitState.PLANNED, VisitEvent.COME_DUE)
_OVERDUE = VISIT.next(VisitState.DUE, VisitEvent.FALL_OVERDUE)
_RUNGS = (1, 2, 3)


@dataclass(frozen=True)
class Run:
    """One run: its name, which makes a person's summary of it one message, and how many visits it takes at most."""

    label: str
    batch: int = BATCH
    batches: int = MOST_BATCHES


def run_clocks(ctx: Ctx, run: Run) -> RunReport:
    """Move every visit whose clock has struck, and tell each person concerned once.

    Nothing happens at night, when nobody should be told, nor while another run is at it. When the report says there is
    `more`, order another run under the same label.
    """
    if not is_waking(ctx.now) or not try_lock(ctx.session, "followups.clocks"):
        return RunReport()
    groups, moved = _move(ctx, run)
    if not groups:
        return RunReport()
    ladders = ladders_of(ctx.session, [group.ward for group in groups])
    digest = sum_up(zip(groups, ladders, strict=True))
    told = send_digests(ctx, digest, label=run.label)
    return RunReport(moved, told, digest.nobody, more=moved == run.batch * run.batches)


def _move(ctx: Ctx, run: Run) -> tuple[list[MovedGroup], int]:
    groups: list[MovedGroup] = []
    moved = 0
    for batch in range(1, run.batches + 1):
        rows = ctx.session.execute(_advance(ctx, run.batch)).all()
        groups += [_group(row) for row in rows]
        moved += sum(row.moved for row in rows)
        if moved < run.batch * batch:
            break
    return groups, moved


def _advance(ctx: Ctx, batch: int) -> Select[Any]:
    moved = _moved(ctx, batch)
    climbs = [func.count().filter(moved.c.level > moved.c.level_was, moved.c.level == rung) for rung in _RUNGS]
    statement = (
        select(
            PlanRow.station_id, moved.c.owner_kind, moved.c.owner_id, PlanRow.lead_id, PlanRow.unit_id,
            func.count().filter(moved.c.state == VisitState.PLANNED).label("soon"),
            func.count().filter(_newly(moved, _DUE)).label("due"),
            func.count().filter(_newly(moved, _OVERDUE)).label("overdue"),
            *climbs,
            func.count().label("moved"),
        )
        .join(PlanRow, PlanRow.id == moved.c.plan_id)
        .group_by(PlanRow.station_id, moved.c.owner_kind, moved.c.owner_id, PlanRow.lead_id, PlanRow.unit_id)
    )  # fmt: skip
    return statement.add_cte(entries_from(ctx, "visit.overdue", _entries(moved)).cte("noted"))


def _moved(ctx: Ctx, batch: int) -> CTE:
    ripe = (
        select(VisitRow.id, VisitRow.state, VisitRow.level)
        .where(VisitRow.next_step_at <= ctx.now)
        .order_by(VisitRow.next_step_at)
        .limit(batch)
        .with_for_update(skip_locked=True)
        .cte("ripe")
    )
    return (
        update(VisitRow)
        .where(VisitRow.id == ripe.c.id)
        .values(state=_state_at(ctx), level=_level_at(ctx), next_step_at=_next_step(ctx))
        .returning(
            VisitRow.id, VisitRow.plan_id, VisitRow.owner_kind, VisitRow.owner_id, VisitRow.state, VisitRow.level,
            ripe.c.state.label("state_was"), ripe.c.level.label("level_was"),
        )
        .cte("moved")
    )  # fmt: skip


def _state_at(ctx: Ctx) -> ColumnElement[str]:
    return case((VisitRow.overdue_at <= ctx.now, _OVERDUE), (VisitRow.due_at <= ctx.now, _DUE), else_=VisitRow.state)


def _level_at(ctx: Ctx) -> ColumnElement[int]:
    # The rungs ascend, so counting those that have struck gives the one reached.
    struck = [case((VisitRow.climbs[rung] <= ctx.now, 1), else_=0) for rung in _RUNGS]
    return struck[0] + struck[1] + struck[2]


def _next_step(ctx: Ctx) -> ColumnElement[Any]:
    ahead = [VisitRow.due_at, VisitRow.overdue_at, *(VisitRow.climbs[rung] for rung in _RUNGS)]
    return case(*((moment > ctx.now, moment) for moment in ahead), else_=None)


def _newly(moved: CTE, state: VisitState) -> ColumnElement[bool]:
    return and_(moved.c.state == state, moved.c.state_was != state)


def _entries(moved: CTE) -> Select[Any]:
    # Only what went wrong is an entry: that a day came is no act of anybody.
    details = func.jsonb_build_object("visit", moved.c.id, "plan", moved.c.plan_id, "level", moved.c.level)
    fell = and_(moved.c.state == _OVERDUE, (moved.c.state_was != _OVERDUE) | (moved.c.level > moved.c.level_was))
    return (
        select(PlanRow.station_id, PlanRow.subject_kind, PlanRow.subject_id, details)
        .join(PlanRow, PlanRow.id == moved.c.plan_id)
        .where(fell)
    )


def _group(row: Any) -> MovedGroup:
    kind = None if row.owner_kind is None else OwnerKind(row.owner_kind)
    ward = Ward(row.station_id, Owner(kind, row.owner_id, row.lead_id), row.unit_id)
    return MovedGroup(ward, row.soon, row.due, row.overdue, tuple(row[8:11]))
