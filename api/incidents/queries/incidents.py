"""Reading incidents: to decide, to list, to find the same one again, to find the forgotten ones."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry
from sqlalchemy import Select, cast, func, literal, or_, select, text
from sqlalchemy.orm import Session

from api.incidents.models import Incident
from api.incidents.types import IncidentHead, IncidentKind, IncidentState, ListQuery, Nearby, NearbyQuery
from api.kernel.geo import Point
from api.plumbing.context import Ctx
from api.plumbing.crypto import blind_index

PHONE_PURPOSE = "incidents.requester_phone"
_SHAPE = cast(Incident.place, Geometry)
LAT, LON = func.ST_Y(_SHAPE), func.ST_X(_SHAPE)
_HEAD = select(
    Incident.id, Incident.station_id, Incident.kind, Incident.colour, Incident.state, Incident.step_no,
    Incident.step_since, Incident.version, LAT, LON, Incident.wanted, Incident.requester_index.is_not(None),
    Incident.unit_id, Incident.drill, Incident.patience_s,
)  # fmt: skip
# What a list shows: nothing sealed is opened for it.
_ROW = select(
    Incident.id, Incident.ref, Incident.kind, Incident.category, Incident.colour, Incident.source, Incident.state,
    Incident.step_since, LAT.label("lat"), LON.label("lon"), Incident.unit_id, Incident.unit_name,
    Incident.reported_at, Incident.ended_at, Incident.version, Incident.drill,
)  # fmt: skip


def lock_incident(session: Session, incident_id: UUID, *, station_id: UUID | None) -> IncidentHead | None:
    """The incident, locked until the transaction ends; None if the station has no such one (None: any station).

    FOR NO KEY UPDATE: rows that refer to the incident may still be written, or a decline that asks somebody else would
    wait for a cancellation that waits for it.
    """
    found = session.execute(_scoped(incident_id, station_id).with_for_update(key_share=True)).one_or_none()
    return None if found is None else _head(found)


def read_incident(session: Session, incident_id: UUID, *, station_id: UUID | None) -> IncidentHead | None:
    """The incident as it is, unlocked."""
    found = session.execute(_scoped(incident_id, station_id)).one_or_none()
    return None if found is None else _head(found)


def _scoped(incident_id: UUID, station_id: UUID | None) -> Select[Any]:
    statement = _HEAD.where(Incident.id == incident_id)
    return statement if station_id is None else statement.where(Incident.station_id == station_id)


def _head(row: Any) -> IncidentHead:
    id_, station, kind, colour, state, step_no, since, version, lat, lon, wanted, has_requester, *more = row
    return IncidentHead(
        id_, station, IncidentKind(kind), colour, IncidentState(state), step_no, since, version, Point(lat, lon),
        wanted, has_requester, *more,
    )  # fmt: skip


def incident_row(session: Session, incident_id: UUID, *, station_id: UUID) -> tuple[Incident, Point] | None:
    """The whole row, sealed columns opened, and its place."""
    statement = select(Incident, LAT, LON).where(Incident.id == incident_id, Incident.station_id == station_id)
    found = session.execute(statement.execution_options(populate_existing=True)).one_or_none()
    return None if found is None else (found[0], Point(found[1], found[2]))


def plain_incident(session: Session, incident_id: UUID) -> dict[str, Any]:
    """One incident as a row of the list, for a caller who has just been let at it."""
    return _plain(session.execute(_ROW.where(Incident.id == incident_id)).one())


def list_incidents(session: Session, station_id: UUID, query: ListQuery) -> list[dict[str, Any]]:
    """The desk's list as plain rows, newest first (ids sort by time)."""
    statement = _ROW.where(Incident.station_id == station_id).order_by(Incident.id.desc()).limit(query.limit)
    if query.states:
        statement = statement.where(Incident.state.in_(query.states))
    if query.colour:
        statement = statement.where(Incident.colour == query.colour)
    if query.kind:
        statement = statement.where(Incident.kind == query.kind)
    if query.drill is not None:
        statement = statement.where(Incident.drill == query.drill)
    if query.before:
        statement = statement.where(Incident.id < query.before)
    return [_plain(row) for row in session.execute(statement)]


def _plain(row: Any) -> dict[str, Any]:
    plain = dict(row._mapping)
    plain["place"] = {"lat": plain.pop("lat"), "lon": plain.pop("lon"), "datum": "wgs84"}
    return plain


def nearby_incidents(ctx: Ctx, station_id: UUID, query: NearbyQuery) -> list[Nearby]:
    """Open incidents that may be the one being reported: the same kind nearby, or the same number, nearest first."""
    here = func.ST_GeogFromText(query.place.ewkt)
    index = blind_index(query.phone, PHONE_PURPOSE) if query.phone else None
    same = literal(False) if index is None else func.coalesce(Incident.requester_index == index, False)
    distance = func.ST_Distance(Incident.place, here)
    near = func.ST_DWithin(Incident.place, here, query.radius_m) & (Incident.kind == query.kind)
    statement = (
        select(Incident.id, Incident.ref, Incident.kind, Incident.state, Incident.reported_at, distance, same)
        # A drill is never the thing that really happened beside it.
        .where(Incident.station_id == station_id, Incident.ended_at.is_(None), Incident.drill.is_(False))
        .where(Incident.reported_at > ctx.now - timedelta(seconds=query.within_s))
        .where(near if index is None else or_(near, Incident.requester_index == index))
        .order_by(distance)
        .limit(10)
    )
    return [
        Nearby(id_, ref, kind, state, at, round(metres), same_number)
        for id_, ref, kind, state, at, metres, same_number in ctx.session.execute(statement)
    ]


def forgotten_incidents(session: Session, *, limit: int = 100) -> list[UUID]:
    """Open incidents that nothing will ever remind anybody of. Always empty: the auditor raises what it finds."""
    rows = session.execute(
        text(
            "SELECT i.id FROM incidents i WHERE i.ended_at IS NULL AND NOT EXISTS ("
            " SELECT FROM timers t WHERE t.subject_id = i.id AND t.job = 'workers.jobs.dispatch.step_overdue'"
            " AND t.state = 'waiting' AND t.fence = i.step_no) ORDER BY i.id LIMIT :limit"
        ),
        {"limit": limit},
    )
    return [row.id for row in rows]


def idle_dispatches(session: Session, *, limit: int = 100) -> list[UUID]:
    """Dispatches with free places for which nobody is asked and no timer will ask. Always empty, as above."""
    rows = session.execute(
        text(
            "SELECT DISTINCT d.id FROM dispatches d JOIN needs n ON n.dispatch_id = d.id AND n.state = 'open'"
            " WHERE d.ended_at IS NULL AND NOT EXISTS ("
            " SELECT FROM timers t WHERE t.subject_id = d.id AND t.state = 'waiting'"
            " AND t.job IN ('workers.jobs.dispatch.offer_silent', 'workers.jobs.dispatch.ask_again'))"
            # Somebody added by hand is waited for by a timer of their own.
            " AND NOT EXISTS (SELECT FROM offers o JOIN timers t ON t.subject_id = o.id AND t.state = 'waiting'"
            " AND t.job = 'workers.jobs.on_scene.added_silent' WHERE o.dispatch_id = d.id AND o.state = 'offered')"
            " LIMIT :limit"
        ),
        {"limit": limit},
    )
    return [row.id for row in rows]
