"""Changing a running plan: another colour replaces its future visits; a restart begins again."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from api.followups.models import PlanRow
from api.followups.queries import plan_value, scale_for, visits_of
from api.followups.rules.outcomes import is_graver
from api.followups.rules.replanning import plan_visits, replan_future
from api.followups.rules.states import PLAN
from api.followups.rules.working_days import CHINA
from api.followups.service.plans import check_colour, check_settlement, choose_template, require_running
from api.followups.service.records import log_changes, note_plan
from api.followups.service.rows import NewVisits, drop_visits, end_open_visits, lock_plan, next_number, write_visits
from api.followups.types import Change, Owner, Plan, PlanEvent, PlanState, WaiveReason
from api.plumbing.context import Ctx


@dataclass(frozen=True)
class Restart:
    """A new beginning: counted from `settled_at`; colour and owner stay as they are unless given."""

    settled_at: datetime
    why: str
    colour: str | None = None
    owner: Owner | None = None


def regrade_plan(ctx: Ctx, plan_id: UUID, *, colour: str, why: str) -> Plan:
    """Give the plan another colour: its future visits are replaced, and nothing that was or is due is touched.

    The same colour again changes nothing. Raises PlanClosed, UnknownColour, NoTemplate.
    """
    row = lock_plan(ctx, plan_id)
    require_running(row)
    if colour == row.colour:
        return plan_value(row)
    check_colour(ctx.session, row.station_id, row.subject_kind, colour)
    was, row.colour = row.colour, colour
    row.state = PLAN.next(PlanState(row.state), PlanEvent.REGRADE)
    dropped, added = _replace_future(ctx, row, was)
    plan = plan_value(row)
    log_changes(ctx, [plan], Change.REGRADED, why=why, was=was)
    note_plan(ctx, plan, "visit_plan.regraded", colour_was=was, dropped=dropped, added=added)
    return plan


def restart_plan(ctx: Ctx, plan_id: UUID, order: Restart) -> Plan:
    """Begin again, running or closed: another round of visits, by the template now in force for its colour.

    What was still open ends: overdue visits as missed, others as not needed. Raises SettledInFuture, UnknownColour.
    """
    check_settlement(order.settled_at, ctx.now)
    row = lock_plan(ctx, plan_id)
    was = row.colour
    row.colour = order.colour or was
    if row.colour != was:
        # Its own it may keep, also when the scale has dropped it since: a report must not fail for that.
        check_colour(ctx.session, row.station_id, row.subject_kind, row.colour)
    end_open_visits(ctx, row.id, WaiveReason.RESTARTED)
    if order.owner is not None:
        row.owner_kind, row.owner_id, row.lead_id = order.owner.kind, order.owner.id, order.owner.lead_id
    row.state, row.closed_at = PLAN.next(PlanState(row.state), PlanEvent.RESTART), None
    row.round += 1
    row.settled_at = min(order.settled_at, ctx.now)
    added = _plan_round(ctx, row)
    plan = plan_value(row)
    log_changes(ctx, [plan], Change.RESTARTED, why=order.why, was=was)
    note_plan(ctx, plan, "visit_plan.restarted", colour_was=was, round=plan.round, added=added)
    return plan


def _replace_future(ctx: Ctx, row: PlanRow, was: str) -> tuple[int, int]:
    template = choose_template(ctx.session, row.station_id, row.subject_kind, row.colour)
    scale = scale_for(ctx.session, row.station_id, row.subject_kind)
    change = replan_future(
        visits_of(ctx.session, row.id), template.steps, row.settled_at, ctx.now, CHINA,
        graver=is_graver(scale, row.colour, was),
    )  # fmt: skip
    row.template_id = template.id
    ctx.session.flush()
    number = next_number(ctx, row.id)
    drop_visits(ctx, change.drop, WaiveReason.REGRADED, now=ctx.now)
    write_visits(ctx, [NewVisits(plan_value(row), change.add, number)])
    return len(change.drop), len(change.add)


def _plan_round(ctx: Ctx, row: PlanRow) -> int:
    template = choose_template(ctx.session, row.station_id, row.subject_kind, row.colour)
    row.template_id = template.id
    ctx.session.flush()
    visits = plan_visits(template.steps, row.settled_at, CHINA)
    return write_visits(ctx, [NewVisits(plan_value(row), visits, next_number(ctx, row.id))])
