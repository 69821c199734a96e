"""What people decide about a visit: waive it, give it to somebody else, vouch for a contact."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update

from api.followups.errors import OwnContact, UnknownOwner
from api.followups.models import ContactRow, VisitRow
from api.followups.queries import contact_value, people_behind, plan_value, team_station, visit_in
from api.followups.rules.states import OPEN_VISIT, VISIT
from api.followups.service.plans import require_running
from api.followups.service.records import log_changes, note_plan
from api.followups.service.rows import lock_plan, lock_visit
from api.followups.types import (
    Change,
    Contact,
    Fallback,
    Owner,
    OwnerKind,
    Plan,
    Visit,
    VisitEvent,
    VisitState,
    WaiveReason,
)
from api.grids.queries import valid_units_of
from api.identity.queries import person_in
from api.kernel.errors import IllegalTransition, NotFound
from api.notifications.service import queue_notices
from api.notifications.types import Notice, Urgency
from api.plumbing.context import Ctx

HANDED_OVER_LIVES = timedelta(days=2)


def waive_visit(ctx: Ctx, visit_id: UUID, *, reason: WaiveReason, note: str | None = None) -> Visit:
    """Decide that a visit needs not be made, and why; the same reason again changes nothing.

    Raises IllegalTransition for one that is done or was waived otherwise.
    """
    plan, visit = lock_visit(ctx, visit_id)
    if visit.state == VisitState.WAIVED and visit.waive_reason == reason:
        return _read(ctx, visit)
    visit.state = VISIT.next(VisitState(visit.state), VisitEvent.WAIVE)
    visit.waive_reason, visit.waive_note, visit.waived_by = reason, note, ctx.actor.person_id
    visit.next_step_at = None
    ctx.session.flush()
    note_plan(ctx, plan_value(plan), "visit.waived", visit=str(visit_id), reason=reason)
    return _read(ctx, visit)


def reassign_visit(ctx: Ctx, visit_id: UUID, *, owner: Owner) -> Visit:
    """Give one open visit to somebody else. Its clocks stay as they are: a new owner is no new beginning.

    The plan's lead stays; `owner.lead_id` is ignored. Raises UnknownOwner, and IllegalTransition for an ended visit.
    """
    plan, visit = lock_visit(ctx, visit_id)
    _check_owner(ctx, plan.station_id, owner)
    if visit.state not in OPEN_VISIT:
        raise IllegalTransition(noun=VISIT.name, state=visit.state, event="reassign")
    visit.owner_kind, visit.owner_id = owner.kind, owner.id
    ctx.session.flush()
    note_plan(ctx, plan_value(plan), "visit.reassigned", visit=str(visit_id), owner=str(owner.id))
    if visit.state in (VisitState.DUE, VisitState.OVERDUE):
        _tell_new_owner(ctx, visit, owner)
    return _read(ctx, visit)


def reassign_plan(ctx: Ctx, plan_id: UUID, *, owner: Owner, why: str) -> Plan:
    """Give a plan and all its open visits to somebody else, clocks untouched. Raises PlanClosed, UnknownOwner."""
    row = lock_plan(ctx, plan_id)
    require_running(row)
    _check_owner(ctx, row.station_id, owner)
    row.owner_kind, row.owner_id, row.lead_id = owner.kind, owner.id, owner.lead_id
    ctx.session.execute(
        update(VisitRow)
        .where(VisitRow.plan_id == plan_id, VisitRow.state.in_(OPEN_VISIT))
        .values(owner_kind=owner.kind, owner_id=owner.id)
        .execution_options(synchronize_session="fetch")
    )
    ctx.session.flush()
    plan = plan_value(row)
    log_changes(ctx, [plan], Change.REASSIGNED, why=why, was=plan.colour)
    note_plan(ctx, plan, "visit_plan.reassigned", owner=str(owner.id))
    return plan


def confirm_contact(ctx: Ctx, contact_id: UUID, *, visit_id: UUID) -> Contact:
    """Vouch, as a supervisor, for a contact whose evidence does not; marked as such. Raises OwnContact."""
    plan, _ = lock_visit(ctx, visit_id)
    row = ctx.session.scalar(select(ContactRow).where(ContactRow.id == contact_id, ContactRow.visit_id == visit_id))
    if row is None:
        raise NotFound
    if ctx.actor.person in (row.visited_by, row.reported_by):
        raise OwnContact
    if row.confirmed_by is None:
        row.fallback, row.confirmed_by = Fallback.SUPERVISOR, ctx.actor.person
        ctx.session.flush()
        note_plan(ctx, plan_value(plan), "visit.contact_confirmed", visit=str(visit_id), contact=str(contact_id))
    return contact_value(row)


def _check_owner(ctx: Ctx, station_id: UUID, owner: Owner) -> None:
    if owner.id is not None and not _is_known(ctx, station_id, owner.kind, owner.id):
        raise UnknownOwner


def _is_known(ctx: Ctx, station_id: UUID, kind: OwnerKind | None, owner_id: UUID) -> bool:
    if kind is OwnerKind.PERSON:
        return person_in(ctx.session, station_id, owner_id) is not None
    if kind is OwnerKind.GRID:
        return owner_id in {unit.id for unit in valid_units_of(ctx.session, station_id)}
    return team_station(ctx.session, owner_id) == station_id


def _tell_new_owner(ctx: Ctx, visit: VisitRow, owner: Owner) -> None:
    # Its clocks have struck already, so no run would tell the new owner of it.
    notices = [
        Notice(
            person_id=person,
            subject_kind="visit",
            subject_id=visit.id,
            template="visit_due",
            urgency=Urgency.NORMAL,
            step=f"assigned.{int(ctx.now.timestamp())}",
            expires_at=ctx.now + HANDED_OVER_LIVES,
            variables={"due": "1"},
            station_id=visit.station_id,
        )
        for person in sorted(people_behind(ctx.session, owner))
    ]
    queue_notices(ctx, notices)


def _read(ctx: Ctx, row: VisitRow) -> Visit:
    visit = visit_in(ctx.session, row.station_id, row.id)
    if visit is None:
        raise NotFound
    return visit
