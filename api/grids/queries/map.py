"""The ground as a map draws it: outlines with owners, and what nobody covers or two do."""

import json
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from api.grids.errors import CoverageTooSlow
from api.grids.models import Unit
from api.grids.queries.coverage import coverage_of
from api.grids.queries.units import GEOJSON_DIGITS
from api.grids.types.ground import Ground, GroundKind, GroundOwner, GroundUnit
from api.identity.queries import contacts_of

MOST_PIECES = 100
_UNITS = text("""
    SELECT u.id, u.kind, u.code, u.name, (SELECT version FROM units WHERE id = u.id) AS version,
           (SELECT count(*) FROM members m WHERE m.grid_id = u.id AND m.status = 'active') AS people,
           ARRAY(
               SELECT CAST(m.id AS text) || ' ' || CAST(m.person_id AS text)
               FROM unit_owners o JOIN members m ON m.id = o.member_id
               WHERE o.unit_id = u.id AND o.since <= (now() AT TIME ZONE 'Asia/Shanghai')::date
                 AND (o.until IS NULL OR o.until > (now() AT TIME ZONE 'Asia/Shanghai')::date)
               ORDER BY o.since, o.id
           ) AS owners
    FROM valid_units u WHERE u.station_id = :station AND u.area IS NOT NULL ORDER BY u.code
""")


def drawn_units(session: Session, station_id: UUID) -> list[GroundUnit]:
    """The station's valid units that have an outline, by code; cheap, to see whether a map is still right."""
    rows = session.execute(_UNITS, {"station": station_id}).all()
    people = {UUID(owner.split()[1]) for row in rows for owner in row.owners}
    names = {person: contact.name for person, contact in contacts_of(session, people).items()}
    return [_unit(row, names) for row in rows]


def _unit(row: Row[Any], names: dict[UUID, str]) -> GroundUnit:
    pairs = [tuple(map(UUID, owner.split())) for owner in row.owners]
    owners = tuple(GroundOwner(member, names[person]) for member, person in pairs)
    return GroundUnit(row.id, row.kind, row.code, row.name, row.version, row.people, owners)


def ground_of(session: Session, station_id: UUID, units: list[GroundUnit]) -> Ground:
    """The outlines of these units as GeoJSON features, then the gaps and overlaps between the grids among them."""
    outlines = select(Unit.id, _geojson()).where(Unit.station_id == station_id, Unit.area.is_not(None))
    areas = {row[0]: json.loads(row[1]) for row in session.execute(outlines)}
    features = [_feature(areas[unit.id], unit.id, **_properties(unit)) for unit in units]
    try:
        found = coverage_of(session, station_id, limit=MOST_PIECES)
    except CoverageTooSlow:
        # Grids without their gaps are still a map.
        return Ground(features, gaps_known=False)
    features += [_feature(gap.area, kind=GroundKind.GAP, area_m2=round(gap.area_m2)) for gap in found.gaps]
    features += [
        _feature(
            {"type": "Point", "coordinates": [overlap.place.lon, overlap.place.lat]}, kind=GroundKind.OVERLAP,
            name=f"{overlap.first.name} / {overlap.second.name}", area_m2=round(overlap.area_m2),
        )
        for overlap in found.overlaps
    ]  # fmt: skip
    return Ground(features, gaps_known=True)


def _geojson() -> Any:
    return Unit.area.ST_AsGeoJSON(GEOJSON_DIGITS)


def _properties(unit: GroundUnit) -> dict[str, Any]:
    owners = [owner._asdict() for owner in unit.owners]
    return {
        "kind": GroundKind(unit.kind),
        "code": unit.code,
        "name": unit.name,
        "people": unit.people,
        "owners": owners,
    }


_EMPTY: dict[str, Any] = {"code": None, "name": None, "people": None, "owners": [], "area_m2": None}


def _feature(geometry: dict[str, Any], id_: UUID | None = None, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "id": id_, "geometry": geometry, "properties": {**_EMPTY, **properties}}
