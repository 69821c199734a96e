"""What is written beside every change: the plan's log for colleagues, and the trail for auditors.

Entries of the trail stand under the followed subject, so that the trail of one dispute tells its visits too.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from api.audit.service import record_many
from api.followups.models import PlanChangeRow
from api.followups.types import Change, Plan
from api.plumbing.context import Ctx


def note_plan(ctx: Ctx, plan: Plan, action: str, **details: Any) -> None:
    """One entry of the trail about a plan's subject."""
    note_plans(ctx, [plan], action, **details)


def note_plans(ctx: Ctx, plans: Sequence[Plan], action: str, **details: Any) -> None:
    """The same entry for many plans, in as few statements as there are stations and kinds."""
    grouped: dict[tuple[UUID, str], list[tuple[UUID | None, dict[str, Any]]]] = {}
    for plan in plans:
        entry = (plan.subject_id, {"plan": str(plan.id), "colour": plan.colour, **details})
        grouped.setdefault((plan.station_id, plan.subject_kind), []).append(entry)
    for (station_id, kind), subjects in grouped.items():
        record_many(at_station(ctx, station_id), action, kind, subjects)


def log_changes(ctx: Ctx, plans: Sequence[Plan], kind: Change, *, why: str | None, was: str | None = None) -> None:
    """A line in the log of each plan; `was` is the colour before."""
    rows = [
        {
            "plan_id": plan.id,
            "at": ctx.now,
            "kind": kind,
            "colour_was": was,
            "colour": plan.colour,
            "why": why,
            "made_by": ctx.actor.person_id,
        }
        for plan in plans
    ]
    if rows:
        ctx.session.execute(insert(PlanChangeRow), rows)


def at_station(ctx: Ctx, station_id: UUID) -> Ctx:
    """The same unit of work for an actor without a station (the system), as that station's."""
    return ctx if ctx.actor.station_id else replace(ctx, actor=replace(ctx.actor, station_id=station_id))
