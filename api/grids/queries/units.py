"""Units: by place, by id, by parent."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Row, Select, and_, cast, func, or_, select, text, tuple_
from sqlalchemy.orm import Session

from api.grids.models import Enterprise, Member, Unit, UnitOwner
from api.grids.types import EnterpriseView, OwnerView, StationRef, UnitQuery, UnitRef, UnitRow, UnitView
from api.identity.queries import contacts_of
from api.kernel.errors import NotFound
from api.kernel.geo import Point

# The station's calendar day by the database's clock.
TODAY: ColumnElement[Any] = cast(func.timezone("Asia/Shanghai", func.now()), Date)
VALID = and_(Unit.valid_from <= TODAY, or_(Unit.valid_to.is_(None), Unit.valid_to > TODAY))
# Six decimals of a degree are 11 cm: finer than anybody can draw.
GEOJSON_DIGITS = 6


def unit_at(session: Session, station_id: UUID, point: Point) -> UnitRef | None:
    """The smallest of the station's valid units whose outline covers the place, its border included."""
    place = func.ST_GeomFromEWKT(point.ewkt)
    row = session.execute(
        select(Unit.id, Unit.kind, Unit.code, Unit.name)
        .where(Unit.station_id == station_id, VALID, func.ST_Covers(Unit.area, place))
        .order_by(func.ST_Area(Unit.area), Unit.code)
        .limit(1)
    ).first()
    return None if row is None else UnitRef(*row)


_UNITS_AT = text("""
    SELECT DISTINCT ON (asked.number) asked.number, u.id, u.kind, u.code, u.name
    FROM unnest(CAST(:lats AS float8[]), CAST(:lons AS float8[])) WITH ORDINALITY AS asked (lat, lon, number)
    JOIN units u ON u.station_id = :station AND ST_Covers(u.area, ST_SetSRID(ST_MakePoint(asked.lon, asked.lat), 4326))
    WHERE u.valid_from <= (now() AT TIME ZONE 'Asia/Shanghai')::date
      AND (u.valid_to IS NULL OR u.valid_to > (now() AT TIME ZONE 'Asia/Shanghai')::date)
    ORDER BY asked.number, ST_Area(u.area), u.code
""")


def units_at(session: Session, station_id: UUID, points: Sequence[Point]) -> list[UnitRef | None]:
    """For each place what `unit_at` says, in one statement."""
    places = {"lats": [point.lat for point in points], "lons": [point.lon for point in points]}
    rows = session.execute(_UNITS_AT, {**places, "station": station_id})
    found = {row.number: UnitRef(row.id, row.kind, row.code, row.name) for row in rows}
    return [found.get(number) for number in range(1, len(points) + 1)]


def station_of(session: Session, station_id: UUID) -> StationRef:
    """The station with this id; raises NotFound."""
    row = session.execute(
        select(Unit.id, Unit.code, Unit.name).where(Unit.id == station_id, Unit.kind == "station")
    ).first()
    if row is None:
        raise NotFound
    return StationRef(*row)


def station_by_code(session: Session, code: str) -> StationRef | None:
    """The station that holds this code today."""
    row = session.execute(
        select(Unit.id, Unit.code, Unit.name).where(Unit.kind == "station", Unit.code == code, VALID)
    ).first()
    return None if row is None else StationRef(*row)


def unit_in(session: Session, station_id: UUID, unit_id: UUID) -> UnitView:
    """A unit of the station with its outline and present owners; raises NotFound for foreign and unknown ids."""
    row = session.execute(
        _rows(func.ST_AsGeoJSON(Unit.area, GEOJSON_DIGITS), func.ST_Area(func.geography(Unit.area))).where(
            Unit.id == unit_id, Unit.station_id == station_id
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    area = None if row[-2] is None else json.loads(row[-2])
    return UnitView(_row(row), area, row[-1], tuple(_owners_of(session, unit_id)))


def units_of(
    session: Session, station_id: UUID, query: UnitQuery, *, after: list[Any] | None, limit: int
) -> list[UnitRow]:
    """The station's units in order of code, from after the (code, id) of `after`."""
    statement = _rows().where(Unit.station_id == station_id).order_by(Unit.code, Unit.id).limit(limit)
    if query.on is not None:
        statement = statement.where(Unit.valid_from <= query.on, or_(Unit.valid_to.is_(None), Unit.valid_to > query.on))
    for column, value in ((Unit.parent_id, query.parent_id), (Unit.kind, query.kind), (Unit.name, query.name)):
        if value is not None:
            statement = statement.where(column == value)
    if after is not None:
        statement = statement.where(tuple_(Unit.code, Unit.id) > (after[0], UUID(after[1])))
    return [_row(row) for row in session.execute(statement)]


def valid_units_of(session: Session, station_id: UUID) -> list[UnitRow]:
    """Every unit of the station that is valid today, itself included."""
    return [_row(row) for row in session.execute(_rows().where(Unit.station_id == station_id, VALID))]


def outlines_of(session: Session, station_id: UUID, kind: str | None) -> list[tuple[UnitRef, dict[str, Any]]]:
    """The outlines of the station's valid units as GeoJSON geometries in WGS-84, by code."""
    statement = (
        select(Unit.id, Unit.kind, Unit.code, Unit.name, func.ST_AsGeoJSON(Unit.area, GEOJSON_DIGITS))
        .where(Unit.station_id == station_id, VALID, Unit.area.is_not(None))
        .order_by(Unit.code)
    )
    if kind is not None:
        statement = statement.where(Unit.kind == kind)
    return [(UnitRef(*row[:4]), json.loads(row[4])) for row in session.execute(statement)]


def grid_ids_by_code(session: Session, station_id: UUID) -> dict[str, UUID]:
    """The station's valid grids, by the codes they hold today."""
    statement = select(Unit.code, Unit.id).where(Unit.station_id == station_id, Unit.kind == "grid", VALID)
    return {row.code: row.id for row in session.execute(statement)}


def grids_by_code(session: Session, station_id: UUID) -> dict[str, UnitRef]:
    """The station's valid grids by the codes they hold today."""
    statement = select(Unit.id, Unit.kind, Unit.code, Unit.name)
    rows = session.execute(statement.where(Unit.station_id == station_id, Unit.kind == "grid", VALID))
    return {row.code: UnitRef(*row) for row in rows}


def enterprises_of(
    session: Session, station_id: UUID, *, unit_id: UUID | None, after: UUID | None, limit: int
) -> list[EnterpriseView]:
    """The station's enterprises, from after id `after`; of one unit, the units below it not included."""
    statement = (
        select(
            Enterprise.id, Enterprise.unit_id, Enterprise.name, Enterprise.kind,
            func.ST_Y(Enterprise.point), func.ST_X(Enterprise.point), Enterprise.synthetic,
        )
        .where(Enterprise.station_id == station_id)
        .order_by(Enterprise.id)
        .limit(limit)
    )  # fmt: skip
    if unit_id is not None:
        statement = statement.where(Enterprise.unit_id == unit_id)
    if after is not None:
        statement = statement.where(Enterprise.id > after)
    return [
        EnterpriseView(row[0], row[1], row[2], row[3], Point(row[4], row[5]), row[6])
        for row in session.execute(statement)
    ]


def _owners_of(session: Session, unit_id: UUID) -> list[OwnerView]:
    rows = session.execute(
        select(UnitOwner.id, UnitOwner.member_id, Member.person_id, UnitOwner.since, UnitOwner.until)
        .join(Member, Member.id == UnitOwner.member_id)
        .where(UnitOwner.unit_id == unit_id, or_(UnitOwner.until.is_(None), UnitOwner.until > TODAY))
        .order_by(UnitOwner.since, UnitOwner.id)
    ).all()
    names = contacts_of(session, [row.person_id for row in rows])
    return [OwnerView(row.id, row.member_id, names[row.person_id].name, row.since, row.until) for row in rows]


def _rows(*more: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    return select(
        Unit.id, Unit.kind, Unit.parent_id, Unit.code, Unit.name, Unit.source,
        Unit.area.is_not(None).label("has_area"), Unit.valid_from, Unit.valid_to, Unit.version, *more,
    )  # fmt: skip


def _row(row: Row[Any]) -> UnitRow:
    return UnitRow(*row[: len(UnitRow._fields)])
