"""Values of the ground: units, their outlines, what the coverage report finds."""

from dataclasses import dataclass
from datetime import date, timedelta, timezone
from enum import Enum, StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from api.kernel.geo import Point

# China keeps one zone without daylight saving, so a fixed offset needs no zone database.
STATION_ZONE = timezone(timedelta(hours=8), "Asia/Shanghai")


class UnitKind(StrEnum):
    """The levels of the tree, top to bottom; community and village are one level."""

    DISTRICT = "district"
    STATION = "station"
    COMMUNITY = "community"
    VILLAGE = "village"
    GRID = "grid"


class UnitSource(StrEnum):
    """Where a unit, and so its outline, comes from. `synthetic` outlines stand for no real border."""

    OFFICIAL = "official"
    SYNTHETIC = "synthetic"
    DRAWN = "drawn"
    IMPORTED = "imported"


class UnitRef(NamedTuple):
    """A unit as other areas name it."""

    id: UUID
    kind: str
    code: str
    name: str


class StationRef(NamedTuple):
    """A station as other areas name it."""

    id: UUID
    code: str
    name: str


@dataclass(frozen=True)
class NewStation:
    """A station to be founded; `outline` is the EWKT of a multipolygon, if its ground is known."""

    code: str
    name: str
    district_id: UUID | None = None
    outline: str | None = None
    source: UnitSource = UnitSource.OFFICIAL


Ring = tuple[Point, ...]
Polygon = tuple[Ring, ...]


@dataclass(frozen=True)
class Area:
    """An outline in WGS-84: polygons of rings, the first ring of each its border and the others holes."""

    polygons: tuple[Polygon, ...]

    @property
    def ewkt(self) -> str:
        """`SRID=4326;MULTIPOLYGON(...)`, lon lat."""
        return f"SRID=4326;MULTIPOLYGON({','.join(map(_polygon_wkt, self.polygons))})"


def _polygon_wkt(polygon: Polygon) -> str:
    return f"({','.join('(' + ','.join(f'{p.lon!r} {p.lat!r}' for p in ring) + ')' for ring in polygon)})"


@dataclass(frozen=True)
class NewUnit:
    """A unit to be; without `valid_from` it is valid from today."""

    kind: UnitKind
    parent_id: UUID
    code: str
    name: str
    valid_from: date | None = None
    area: Area | None = None
    source: UnitSource = UnitSource.DRAWN


class Keep(Enum):
    """The value of a field an edit does not touch, where None means to empty it."""

    KEEP = "keep"


KEEP = Keep.KEEP


@dataclass(frozen=True)
class UnitEdit:
    """What an edit of a unit changes."""

    name: str | None = None
    area: Area | Keep | None = KEEP
    source: UnitSource | None = None


class UnitRow(NamedTuple):
    """A unit in a list: everything but its outline."""

    id: UUID
    kind: str
    parent_id: UUID | None
    code: str
    name: str
    source: str
    has_area: bool
    valid_from: date
    valid_to: date | None
    version: int


class UnitNode(NamedTuple):
    """A unit and what stands below it."""

    unit: UnitRow
    children: tuple["UnitNode", ...]


@dataclass(frozen=True)
class OwnerView:
    """Who answers for a unit."""

    id: UUID
    member_id: UUID
    name: str
    since: date
    until: date | None


@dataclass(frozen=True)
class UnitView:
    """A unit with its outline (GeoJSON, WGS-84), its square metres and its owners now."""

    unit: UnitRow
    area: dict[str, Any] | None
    area_m2: float | None
    owners: tuple[OwnerView, ...]


@dataclass(frozen=True)
class UnitQuery:
    """Which units to list, in order of code; `on` is the day they must be valid, None for any day."""

    on: date | None
    parent_id: UUID | None = None
    kind: UnitKind | None = None
    name: str | None = None


@dataclass(frozen=True)
class NewEnterprise:
    """A company or shop to be."""

    unit_id: UUID
    name: str
    kind: str
    point: Point
    synthetic: bool = False


@dataclass(frozen=True)
class EnterpriseView:
    """A company or shop on the station's ground."""

    id: UUID
    unit_id: UUID
    name: str
    kind: str
    position: Point
    synthetic: bool


@dataclass(frozen=True)
class Gap:
    """Ground that belongs to no grid: GeoJSON in WGS-84, its square metres and a place inside."""

    area: dict[str, Any]
    area_m2: float
    place: Point


@dataclass(frozen=True)
class Overlap:
    """Ground that belongs to two grids."""

    first: UnitRef
    second: UnitRef
    area_m2: float
    place: Point


@dataclass(frozen=True)
class Coverage:
    """What is wrong with how a station's ground is divided and staffed.

    `base` says what gaps were measured against: the station's own outline, its communities', or `none` (no gaps known).
    Lists are cut at `limit`; the counts and sums are of everything.
    """

    base: str
    base_m2: float
    covered_m2: float
    gap_count: int
    gaps: tuple[Gap, ...]
    overlap_count: int
    overlaps: tuple[Overlap, ...]
    without_outline: tuple[UnitRef, ...]
    without_active_members: tuple[UnitRef, ...]
    without_owner: tuple[UnitRef, ...]
