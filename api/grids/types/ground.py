"""The ground as a map draws it."""

from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID


class GroundKind(StrEnum):
    """What a piece of the map is: a unit, ground no grid covers, or ground two grids do."""

    DISTRICT = "district"
    STATION = "station"
    COMMUNITY = "community"
    VILLAGE = "village"
    GRID = "grid"
    GAP = "gap"
    OVERLAP = "overlap"


class GroundOwner(NamedTuple):
    """Who answers for a unit today."""

    member_id: UUID
    name: str


class GroundUnit(NamedTuple):
    """A unit on the map without its outline; `people`: active members enrolled in it, of grids only."""

    id: UUID
    kind: str
    code: str
    name: str
    version: int
    people: int
    owners: tuple[GroundOwner, ...]


class Ground(NamedTuple):
    """GeoJSON features of the units, of ground without a grid and of ground with two.

    `gaps_known` is false when they took too long to find.
    """

    features: list[dict[str, Any]]
    gaps_known: bool
