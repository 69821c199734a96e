"""What a station decides by: a new version each time, never a change of an old one."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select

from api.audit.service import record
from api.disputes.errors import NotASupervisor
from api.disputes.models import DisputeInsider, DisputeStandard
from api.disputes.queries.standards import standard_for
from api.disputes.rules.scores import faults_in_weights
from api.disputes.rules.standards import faults_in_deadlines
from api.disputes.service.knowing import let_in
from api.disputes.service.steps import note_act, note_event, own_dispute
from api.disputes.types import EventKind, InsiderWhy, Sight, StandardKind
from api.identity.queries import people_with_role
from api.identity.types import Role
from api.kernel.errors import Invalid
from api.plumbing.context import Ctx
from api.plumbing.locks import take_locks


def write_standard(ctx: Ctx, kind: StandardKind, body: dict[str, Any]) -> DisputeStandard:
    """Write the station's next version; raises Invalid, NotASupervisor. Cases are scored by it when next touched."""
    if kind is StandardKind.NAMED:
        _check_supervisors(ctx, [UUID(person) for person in body["people"]])
    elif kind is not StandardKind.MEDIATION:  # whose every field has its range on the wire
        issues = faults_in_weights(body) if kind is StandardKind.WEIGHTS else faults_in_deadlines(body)
        if issues:
            raise Invalid(issues=issues)
    station = ctx.actor.station
    take_locks(ctx.session, [f"disputes.standard.{station}.{kind}"])
    newest = select(func.max(DisputeStandard.version)).where(
        DisputeStandard.kind == kind, (DisputeStandard.station_id == station) | DisputeStandard.station_id.is_(None)
    )
    standard_id, version = ctx.new_id(), (ctx.session.scalar(newest) or 0) + 1
    row = {"id": standard_id, "station_id": station, "kind": kind, "version": version, "body": body}
    ctx.session.execute(insert(DisputeStandard), [{**row, "made_by": ctx.actor.person_id, "made_at": ctx.now}])
    record(ctx, "dispute_standard.written", "dispute_standard", standard_id, kind=kind, version=version)
    return standard_for(ctx.session, station, kind)


def _check_supervisors(ctx: Ctx, people: Collection[UUID]) -> None:
    supervisors = people_with_role(ctx.session, ctx.actor.station, [Role.SUPERVISOR])
    if not set(people) <= set(supervisors):
        raise NotASupervisor


def name_insider(ctx: Ctx, dispute_id: UUID, person_id: UUID) -> None:
    """Name a supervisor for one case; whoever sees that it exists may. Raises NotASupervisor, NotFound."""
    head = own_dispute(ctx, dispute_id, least=Sight.MASKED)
    _check_supervisors(ctx, [person_id])
    let_in(ctx, head.id, [person_id], InsiderWhy.NAMED)
    note_event(ctx, head.id, EventKind.INSIDERS, came=[str(person_id)], left=[])
    note_act(ctx, head, "dispute.insiders", came=[str(person_id)], left=[])


def unname_insider(ctx: Ctx, dispute_id: UUID, person_id: UUID) -> None:
    """Take the name of a supervisor back; twice is once."""
    head = own_dispute(ctx, dispute_id, least=Sight.MASKED)
    named = DisputeInsider.why == InsiderWhy.NAMED
    gone = ctx.session.execute(
        delete(DisputeInsider)
        .where(DisputeInsider.dispute_id == head.id, DisputeInsider.person_id == person_id, named)
        .returning(DisputeInsider.person_id)
    ).all()
    if gone:
        note_event(ctx, head.id, EventKind.INSIDERS, came=[], left=[str(person_id)])
        note_act(ctx, head, "dispute.insiders", came=[], left=[str(person_id)])
