"""Filing an incident, correcting it, and joining later calls to it."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from api.audit.service import record
from api.grids.queries import unit_at
from api.identity.rules.phones import parse_phone
from api.incidents.errors import IncidentOver, LinkedToItself, PossibleDuplicate
from api.incidents.models import Incident, IncidentLink
from api.incidents.queries.incidents import PHONE_PURPOSE, nearby_incidents, read_incident
from api.incidents.queries.policies import policy_in_force
from api.incidents.rules.states import ENDED_INCIDENT, INCIDENT
from api.incidents.service.steps import note_event, own_incident, reminder
from api.incidents.types import (
    EventKind,
    IncidentEdit,
    IncidentState,
    NearbyQuery,
    NeedOrder,
    NewIncident,
    NewLink,
    Requester,
)
from api.kernel.errors import NotFound, StaleVersion, Unavailable
from api.kernel.geo import Datum, Point
from api.kernel.ids import public_ref
from api.plumbing.context import Ctx
from api.plumbing.crypto import blind_index
from api.plumbing.timers import set_timer

_REF_TRIES = 5


def report_incident(ctx: Ctx, new: NewIncident) -> UUID:
    """File an incident; returns its id. Raises PossibleDuplicate until the caller has looked at those nearby."""
    phone = normal_phone(new.requester.phone)
    if not new.duplicate_checked:
        _refuse_duplicates(ctx, new, phone)
    incident_id = ctx.new_id()
    patience_s = _patience_of(ctx, new)
    _insert_incident(ctx, incident_id, {**_values(ctx, new, phone), "patience_s": patience_s})
    set_timer(ctx, reminder(ctx, incident_id, patience_s, 1, 0))
    note_event(ctx, incident_id, EventKind.REPORTED, kind=new.kind, colour=new.colour, source=new.source)
    record(ctx, "incident.reported", "incident", incident_id, kind=new.kind, duplicate_checked=new.duplicate_checked)
    return incident_id


def normal_phone(raw: str | None) -> str | None:
    """The number in E.164; raises PhoneUnusable."""
    return None if raw is None else parse_phone(raw).e164


def _refuse_duplicates(ctx: Ctx, new: NewIncident, phone: str | None) -> None:
    found = nearby_incidents(ctx, ctx.actor.station, NearbyQuery(new.place, new.kind, phone=phone))
    if found:
        raise PossibleDuplicate(count=len(found), candidates=[near._asdict() for near in found])


def _patience_of(ctx: Ctx, new: NewIncident) -> int:
    policy = policy_in_force(ctx.session, ctx.actor.station, new.kind, new.colour)
    return policy.overdue_s[IncidentState.REPORTED]


def _insert_incident(ctx: Ctx, incident_id: UUID, values: dict[str, Any]) -> None:
    for _ in range(_REF_TRIES):
        statement = insert(Incident).values(id=incident_id, ref=public_ref(ctx.entropy(5)), **values)
        # Two of a station's references are equal once in thirty billion; then the next one is tried.
        statement = statement.on_conflict_do_nothing(index_elements=["station_id", "ref"])
        if ctx.session.scalar(statement.returning(Incident.id)) is not None:
            return
    raise Unavailable(retry_after=1)


def _values(ctx: Ctx, new: NewIncident, phone: str | None) -> dict[str, Any]:
    return {
        "station_id": ctx.actor.station,
        "kind": new.kind,
        "category": new.category,
        "colour": new.colour,
        "source": new.source,
        "state": INCIDENT.initial,
        "step_since": ctx.now,
        "description": new.description,
        "address": new.address,
        "wanted": needs_as_json(new.needs),
        "reported_by": ctx.actor.person_id,
        "reported_at": ctx.now,
        "drill": new.drill,
        **_place_values(ctx, new.place, new.datum),
        **_requester_values(Requester(new.requester.name, phone)),
    }


def _place_values(ctx: Ctx, place: Point, datum: Datum) -> dict[str, Any]:
    unit = unit_at(ctx.session, ctx.actor.station, place)
    return {
        "place": place.ewkt,
        "place_datum": datum,
        "unit_id": unit.id if unit else None,
        "unit_name": unit.name if unit else None,
    }


def _requester_values(requester: Requester) -> dict[str, Any]:
    phone = requester.phone
    return {
        "requester_name": requester.name,
        "requester_phone": phone,
        "requester_index": blind_index(phone, PHONE_PURPOSE) if phone else None,
    }


def needs_as_json(needs: tuple[NeedOrder, ...]) -> list[dict[str, Any]]:
    """Needs as they are kept with the report."""
    return [{**asdict(need), "skills": sorted(need.skills)} for need in needs]


def needs_from_json(stored: list[dict[str, Any]]) -> tuple[NeedOrder, ...]:
    """Needs as they were kept with the report."""
    return tuple(NeedOrder(need["wanted"], need["force"], frozenset(need["skills"])) for need in stored)


def edit_incident(ctx: Ctx, edit: IncidentEdit) -> None:
    """Correct an incident that is not over; raises StaleVersion when somebody else did meanwhile.

    No clock starts again: an overdue step stays overdue whatever is edited.
    """
    head = own_incident(ctx, edit.incident_id)
    if head.state in ENDED_INCIDENT:
        raise IncidentOver
    if head.version != edit.version:
        raise StaleVersion
    values = _edit_values(ctx, dict(edit.changes))
    ctx.session.execute(update(Incident).where(Incident.id == head.id).values(**values, version=Incident.version + 1))
    fields = sorted(edit.changes)
    note_event(ctx, head.id, EventKind.EDITED, fields=fields)
    record(ctx, "incident.edited", "incident", head.id, fields=fields)


def _edit_values(ctx: Ctx, changes: dict[str, Any]) -> dict[str, Any]:
    values = dict(changes)
    if "place" in values:
        point, datum = values.pop("place")
        values |= _place_values(ctx, point, datum)
    if "requester" in values:
        requester: Requester = values.pop("requester")
        values |= _requester_values(Requester(requester.name, normal_phone(requester.phone)))
    return values


def link_incident(ctx: Ctx, new: NewLink) -> UUID:
    """Join a later call, or another incident of the same event, to an incident; returns the link's id."""
    if new.other_id == new.incident_id:
        raise LinkedToItself
    for incident_id in filter(None, (new.incident_id, new.other_id)):
        if read_incident(ctx.session, incident_id, station_id=ctx.actor.station) is None:
            raise NotFound
    link_id = ctx.new_id()
    ctx.session.execute(
        insert(IncidentLink).values(
            id=link_id, station_id=ctx.actor.station, incident_id=new.incident_id, kind=new.kind,
            other_id=new.other_id, note=new.note, made_by=ctx.actor.person_id, made_at=ctx.now,
        )
    )  # fmt: skip
    note_event(
        ctx, new.incident_id, EventKind.LINKED, link=new.kind, other_id=str(new.other_id) if new.other_id else None
    )
    record(ctx, "incident.linked", "incident", new.incident_id, link=new.kind)
    return link_id
