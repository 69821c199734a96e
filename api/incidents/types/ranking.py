"""What the order of candidates is made from, beside their distance."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from api.incidents.types.forecasts import Cell, Estimate, Hours
from api.incidents.types.policies import Policy, TravelMode
from api.kernel.geo import Point


class Ring(StrEnum):
    """How somebody belongs to the ground of the incident."""

    OWN = "own"
    NEIGHBOUR = "neighbour"
    ELSEWHERE = "elsewhere"


class Leg(NamedTuple):
    """A way to the place: from where, and how."""

    origin: Point
    mode: TravelMode


class Record(NamedTuple):
    """What was asked of a member of late: offers of the last day, tasks of the last week, when the last one ended."""

    asked_today: int = 0
    tasks_this_week: int = 0
    last_task_ended: datetime | None = None


@dataclass(frozen=True)
class Ground:
    """The incident's own grid, the grids that border on it, and the members who answer for it. All none: no grid."""

    grid_id: UUID | None = None
    neighbours: frozenset[UUID] = frozenset()
    owners: frozenset[UUID] = frozenset()


@dataclass(frozen=True)
class View:
    """Everything a wave is planned from beside the candidates themselves.

    `records` by member; `routed`: seconds of travel by member, where a router knew better than the model;
    `unreachable`: people to whom no message may be sent now; `asleep`: people in their own quiet hours; `drill`: nobody
    is taken from a real task for it.
    """

    policy: Policy | None = None
    now: datetime | None = None
    hours: Hours = Hours.DAY
    ground: Ground = Ground()
    records: Mapping[UUID, Record] = field(default_factory=dict)
    learnt: Mapping[Cell, Estimate] = field(default_factory=dict)
    routed: Mapping[UUID, int] = field(default_factory=dict)
    unreachable: frozenset[UUID] = frozenset()
    asleep: frozenset[UUID] = frozenset()
    drill: bool = False
