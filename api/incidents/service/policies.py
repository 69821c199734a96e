"""A station's own ways of asking: every change is a new version, and what was frozen onto a dispatch stays."""

from dataclasses import replace
from typing import Any

from sqlalchemy.dialects.postgresql import insert

from api.audit.service import record
from api.incidents.errors import BadPolicy, PolicyMoved
from api.incidents.models import DispatchPolicy
from api.incidents.queries.policies import policies_in_force, policy_in_force, policy_of, policy_rows
from api.incidents.rules.policies import freeze_policy, preset_for
from api.incidents.rules.policy_checks import differences, faults_in
from api.incidents.types import Colour, IncidentKind, Policy, PolicyDraft, PolicyVersion
from api.plumbing.context import Ctx


def write_policy(ctx: Ctx, draft: PolicyDraft) -> Policy:
    """Write the station's next version; returns the policy then in force.

    Dispatches that run keep the policy they began with, and no clock that runs is set anew. Raises BadPolicy with one
    issue per fault, and PolicyMoved when `replaces` is not the station's newest version.
    """
    station = ctx.actor.station
    newest = max((row.version for row in policy_rows(ctx.session, station, draft.kind, draft.colour)), default=0)
    if draft.replaces != newest:
        raise PolicyMoved(version=newest)
    version = newest + 1
    _insert(ctx, draft, version, None if draft.withdraw else _rules(ctx, draft, version))
    ids = {"kind": draft.kind, "colour": draft.colour, "version": version, "withdrawn": draft.withdraw}
    record(ctx, "dispatch_policy.written", "station", station, **ids)
    return policy_in_force(ctx.session, station, draft.kind, draft.colour)


def list_policies(ctx: Ctx) -> list[Policy]:
    """What is in force at the actor's station."""
    return policies_in_force(ctx.session, ctx.actor.station)


def list_policy_versions(ctx: Ctx, kind: IncidentKind, colour: Colour | None) -> list[PolicyVersion]:
    """The station's own versions, the newest first, each with what it changed in the one before it.

    Before the first, and after one that took the station's own back, stands the built-in policy.
    """
    rows = policy_rows(ctx.session, ctx.actor.station, kind, colour)
    policies, preset = [policy_of(row) for row in rows], preset_for(kind, colour)
    return [
        _version(row, policy, before or preset, preset)
        for row, policy, before in zip(rows, policies, [*policies[1:], None], strict=False)
    ]


def _version(row: DispatchPolicy, policy: Policy | None, before: Policy, preset: Policy) -> PolicyVersion:
    changes = differences(before, policy or preset)
    colour = Colour(row.colour) if row.colour else None
    return PolicyVersion(
        IncidentKind(row.kind), colour, row.version, policy, changes, row.note, row.written_by, row.written_at
    )


def _rules(ctx: Ctx, draft: PolicyDraft, version: int) -> dict[str, Any]:
    now = policy_in_force(ctx.session, ctx.actor.station, draft.kind, draft.colour)
    changes = dict(draft.changes)
    if "overdue_s" in changes:  # the states that are not named keep their patience
        changes["overdue_s"] = {**now.overdue_s, **changes["overdue_s"]}
    policy = replace(now, **changes, version=version, kind=draft.kind, colour=draft.colour, excluded=())
    faults = faults_in(policy)
    if faults:
        raise BadPolicy(issues=faults)
    return freeze_policy(policy)


def _insert(ctx: Ctx, draft: PolicyDraft, version: int, rules: dict[str, Any] | None) -> None:
    values = {
        "id": ctx.new_id(),
        "station_id": ctx.actor.station,
        "kind": draft.kind,
        "colour": draft.colour,
        "version": version,
        "rules": rules,
        "note": draft.note,
        "written_by": ctx.actor.person_id,
        "written_at": ctx.now,
    }
    # Of two people who wrote over the same version, one is told.
    statement = insert(DispatchPolicy).values(**values).on_conflict_do_nothing().returning(DispatchPolicy.id)
    if ctx.session.scalar(statement) is None:
        raise PolicyMoved(version=version)
