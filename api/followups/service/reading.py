"""Opening one visit or plan: who may, and that the trail knows."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from api.followups.queries import (
    changes_of,
    contacts_of_visit,
    holder_ids,
    is_complete,
    plan_in,
    plan_of,
    visit_in,
    visits_of,
)
from api.followups.service.photos import with_photos
from api.followups.service.records import note_plan
from api.followups.types import Completion, Plan, PlanChange, Visit
from api.identity.types import Permission
from api.kernel.errors import NotFound
from api.plumbing.context import Ctx


@dataclass(frozen=True)
class VisitFile:
    """A visit and what was reported of it, with links to the photos."""

    visit: Visit
    contacts: list[dict[str, Any]]


@dataclass(frozen=True)
class PlanFile:
    """A plan, its visits and its log."""

    plan: Plan
    visits: list[Visit]
    changes: list[PlanChange]
    completion: Completion


def read_visit(ctx: Ctx, visit_id: UUID) -> VisitFile:
    """A visit for whoever holds it, leads its plan, answers for its unit, or may see all; else NotFound."""
    visit = visit_in(ctx.session, ctx.actor.station, visit_id)
    plan = None if visit is None else plan_in(ctx.session, ctx.actor.station, visit.plan_id)
    if visit is None or plan is None or not _may_see(ctx, visit, plan):
        raise NotFound
    note_plan(ctx, plan, "visit.read", visit=str(visit_id))
    return VisitFile(visit, with_photos(ctx, contacts_of_visit(ctx.session, visit_id)))


def read_plan(ctx: Ctx, plan_id: UUID) -> PlanFile:
    """A plan of the station with everything that happened to it."""
    return _open(ctx, plan_in(ctx.session, ctx.actor.station, plan_id))


def find_plan(ctx: Ctx, *, subject_kind: str, subject_id: UUID) -> PlanFile:
    """The same by its subject; NotFound also while the subject has none."""
    plan = plan_of(ctx.session, subject_kind, subject_id)
    return _open(ctx, plan if plan is not None and plan.station_id == ctx.actor.station else None)


def _open(ctx: Ctx, plan: Plan | None) -> PlanFile:
    if plan is None:
        raise NotFound
    note_plan(ctx, plan, "visit_plan.read")
    session = ctx.session
    return PlanFile(plan, visits_of(session, plan.id), changes_of(session, plan.id), is_complete(session, plan.id))


def _may_see(ctx: Ctx, visit: Visit, plan: Plan) -> bool:
    if Permission.VISIT_READ in ctx.actor.permissions:
        return True
    standing_for = {visit.owner.id, plan.owner.lead_id, plan.unit_id} - {None}
    return bool(standing_for & set(holder_ids(ctx.session, ctx.actor.person)))
