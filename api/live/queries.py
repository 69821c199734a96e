"""Reading both logs: where their end is, and what lies between two snapshots.

The rule of `api.plumbing.changes` holds here too: new is what a snapshot could not see, whatever its number.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.orm import Session

from api.live.types import START, Line, Place, Point, Witness
from api.plumbing.changes import EVERYBODY

_UUID = PgUUID(as_uuid=True)
_HEAD = text("""
    SELECT CAST(pg_current_snapshot() AS text) AS snapshot, clock_timestamp() AS now, newest.id,
        CAST(extract(epoch FROM newest.at) * 1000000 AS bigint) AS at,
        (SELECT CAST(extract(epoch FROM at) * 1000000 AS bigint) FROM changes WHERE id = :witness) AS witnessed
    FROM (SELECT) AS one LEFT JOIN LATERAL (SELECT id, at FROM changes ORDER BY id DESC LIMIT 1) AS newest ON true
""")
_NEW = """
    xid >= CAST(CAST(pg_snapshot_xmin(CAST(:base AS pg_snapshot)) AS text) AS bigint)
    AND NOT pg_visible_in_snapshot(CAST(CAST(xid AS text) AS xid8), CAST(:base AS pg_snapshot))
    AND pg_visible_in_snapshot(CAST(CAST(xid AS text) AS xid8), CAST(:upto AS pg_snapshot))
"""
_BETWEEN = """
    (SELECT xid, 0 AS log, id, at, station_id, audience, collection, row_id, CAST(NULL AS uuid) AS about_id
     FROM changes WHERE {personal} AND {new} AND (xid, 0, id) > (:xid, :log, :id)
     ORDER BY xid, id LIMIT :limit)
    UNION ALL
    (SELECT xid, 1, id, at, station_id, NULL, collection, row_id, about_id
     FROM board_changes WHERE {board} AND {new} AND (xid, 1, id) > (:xid, :log, :id)
     ORDER BY xid, id LIMIT :limit)
    ORDER BY 1, 2, 3 LIMIT :limit
"""
_TYPES: dict[str, Any] = {"station_id": _UUID, "audience": _UUID, "row_id": _UUID, "about_id": _UUID}
_OF_STATIONS = text(
    _BETWEEN.format(new=_NEW, personal="station_id = ANY(:stations)", board="station_id = ANY(:stations)")
).columns(**_TYPES)
_OF_READER = text(
    _BETWEEN.format(
        new=_NEW,
        personal="audience = ANY(:audiences)",
        board="station_id = :station AND collection = ANY(:collections)",
    )
).columns(**_TYPES)


@dataclass(frozen=True)
class Head:
    """The end of the logs now. `is_strange`: the witness asked for is gone or another one."""

    point: Point
    now: datetime
    is_strange: bool


@dataclass(frozen=True)
class Span:
    """What `upto` sees and `base` did not, behind `after`."""

    base: str
    upto: str
    after: Place = START


@dataclass(frozen=True)
class Concern:
    """What concerns one reader: lines for these ids, and of their station's board these collections."""

    audiences: Collection[UUID]
    station: UUID
    collections: Collection[str]


def find_head(session: Session, witness: Witness | None) -> Head:
    """Where the logs end, in one statement, and whether this still is the database the witness is from."""
    row = session.execute(_HEAD, {"witness": witness.id if witness else 0}).one()
    newest = None if row.id is None else Witness(row.id, row.at)
    strange = witness is not None and row.witnessed != witness.at
    return Head(Point(row.snapshot, round(row.now.timestamp() * 1_000_000), newest), row.now, strange)


def lines_of_stations(session: Session, span: Span, stations: Collection[UUID], *, limit: int) -> list[Line]:
    """Every line of these stations, in order."""
    return _lines(session, _OF_STATIONS, span, limit, {"stations": [*stations, EVERYBODY]})


def lines_for(session: Session, span: Span, concern: Concern, *, limit: int) -> list[Line]:
    """The lines that concern one reader, in order."""
    found = {"audiences": list(concern.audiences), "station": concern.station,
             "collections": list(concern.collections)}  # fmt: skip
    return _lines(session, _OF_READER, span, limit, found)


def _lines(session: Session, statement: Any, span: Span, limit: int, values: dict[str, Any]) -> list[Line]:
    given = {"base": span.base, "upto": span.upto, "limit": limit, **span.after._asdict(), **values}
    return [Line(Place(xid, log, id_), *rest) for xid, log, id_, *rest in session.execute(statement, given)]
