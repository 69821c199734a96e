"""Opening and closing plans."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from api.followups.errors import AlreadyFollowed, NoTemplate, PlanClosed, SettledInFuture, UnknownColour
from api.followups.models import PlanRow
from api.followups.queries import plan_value, scale_for, template_by_id, templates_for
from api.followups.rules.choice import pick_template
from api.followups.rules.replanning import Planned, plan_visits
from api.followups.rules.states import PLAN
from api.followups.rules.working_days import CHINA
from api.followups.service.records import log_changes, note_plan, note_plans
from api.followups.service.rows import NewVisits, end_open_visits, lock_plan, owner_columns, write_visits
from api.followups.types import ANY, Change, Plan, PlanEvent, PlanOrder, PlanState, Template, WaiveReason
from api.plumbing.context import Ctx

# A settlement typed in a moment ago by a clock slightly ahead of ours.
CLOCK_SLACK = timedelta(minutes=2)


def open_plan(ctx: Ctx, order: PlanOrder) -> UUID:
    """Follow a subject from its settlement on; returns the plan's id.

    Raises AlreadyFollowed (restart it instead), SettledInFuture, UnknownColour, NoTemplate.
    """
    return open_plans(ctx, [order])[0]


def open_plans(ctx: Ctx, orders: Sequence[PlanOrder]) -> list[UUID]:
    """Open many plans in a few statements, all or none; ids in the order of the orders."""
    if not orders:
        return []
    drafts = _draft(ctx, orders)
    plans = [plan for plan, _, _ in drafts]
    _insert_plans(ctx, drafts)
    write_visits(ctx, [NewVisits(plan, visits) for plan, visits, _ in drafts])
    log_changes(ctx, plans, Change.OPENED, why=None)
    note_plans(ctx, plans, "visit_plan.opened")
    return [plan.id for plan in plans]


def close_plan(ctx: Ctx, plan_id: UUID, *, why: str) -> Plan:
    """Stop following a subject. Closing twice has one effect; what was overdue counts as missed."""
    row = lock_plan(ctx, plan_id)
    if row.state == PlanState.CLOSED:
        return plan_value(row)
    end_open_visits(ctx, row.id, WaiveReason.PLAN_CLOSED)
    row.state, row.closed_at = PLAN.next(PlanState(row.state), PlanEvent.CLOSE), ctx.now
    ctx.session.flush()
    plan = plan_value(row)
    log_changes(ctx, [plan], Change.CLOSED, why=why)
    note_plan(ctx, plan, "visit_plan.closed")
    return plan


def require_running(row: PlanRow) -> None:
    """Raise PlanClosed unless the plan runs."""
    if row.state != PlanState.RUNNING:
        raise PlanClosed


def check_settlement(settled_at: datetime, now: datetime) -> None:
    """Raise SettledInFuture for a settlement that has not happened."""
    if settled_at > now + CLOCK_SLACK:
        raise SettledInFuture


def check_colour(session: Session, station_id: UUID, subject_kind: str, colour: str) -> None:
    """Raise UnknownColour when the scale in force does not have it."""
    if colour not in scale_for(session, station_id, subject_kind).colours:
        raise UnknownColour(colour=colour)


def choose_template(
    session: Session, station_id: UUID, subject_kind: str, colour: str, *, template_id: UUID | None = None
) -> Template:
    """The named version if it may serve this station and kind, else the one in force; raises NoTemplate."""
    if template_id is None:
        found = pick_template(templates_for(session, station_id), station_id, subject_kind, colour)
    else:
        found = template_by_id(session, template_id)
    if found is None or found.station_id not in (None, station_id) or found.subject_kind not in (ANY, subject_kind):
        raise NoTemplate
    return found


Draft = tuple[Plan, list[Planned], PlanOrder]


def _draft(ctx: Ctx, orders: Sequence[PlanOrder]) -> list[Draft]:
    # An import opens thousands of plans of one kind: what they share is looked up once.
    templates: dict[tuple[UUID, str, str, UUID | None], Template] = {}
    drafts = []
    for order in orders:
        subject = order.subject
        check_settlement(order.settled_at, ctx.now)
        key = (subject.station_id, subject.kind, order.colour, order.template_id)
        if key not in templates:
            check_colour(ctx.session, *key[:3])
            templates[key] = choose_template(ctx.session, *key[:3], template_id=order.template_id)
        drafts.append(_draft_one(ctx, order, templates[key]))
    return drafts


def _draft_one(ctx: Ctx, order: PlanOrder, template: Template) -> Draft:
    subject = order.subject
    settled_at = min(order.settled_at, ctx.now)
    plan = Plan(
        id=ctx.new_id(),
        station_id=subject.station_id,
        subject_kind=subject.kind,
        subject_id=subject.id,
        label=subject.label,
        state=PLAN.initial,
        colour=order.colour,
        round=1,
        template_id=template.id,
        settled_at=settled_at,
        owner=order.owner,
        unit_id=subject.unit_id,
        opened_at=ctx.now,
        closed_at=None,
    )
    visits = plan_visits(template.steps, settled_at, CHINA, ends_after=ctx.now if order.skip_past else None)
    return plan, visits, order


def _insert_plans(ctx: Ctx, drafts: Sequence[Draft]) -> None:
    rows = [
        {
            "id": plan.id,
            "station_id": plan.station_id,
            "subject_kind": plan.subject_kind,
            "subject_id": plan.subject_id,
            "label": plan.label,
            "unit_id": plan.unit_id,
            "lat": order.subject.place.lat if order.subject.place else None,
            "lon": order.subject.place.lon if order.subject.place else None,
            "state": plan.state,
            "colour": plan.colour,
            "round": plan.round,
            "template_id": plan.template_id,
            "settled_at": plan.settled_at,
            **owner_columns(plan.owner),
            "lead_id": plan.owner.lead_id,
            "opened_at": plan.opened_at,
        }
        for plan, _, order in drafts
    ]
    statement = insert(PlanRow).on_conflict_do_nothing(index_elements=["subject_id", "subject_kind"])
    written = ctx.session.scalars(statement.returning(PlanRow.id), rows).all()
    if len(written) < len(rows):
        raise AlreadyFollowed
