"""How a dispatch asks: one value per kind and colour, frozen onto the dispatch when it starts.

Distances are metres, spans are seconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from api.incidents.types.words import Colour, IncidentKind
from api.notifications.types import LadderStep


class TravelMode(StrEnum):
    """How people come."""

    WALKING = "walking"
    DRIVING = "driving"


class Rung(StrEnum):
    """Who is told when the candidates have run out."""

    PATROL_OFFICERS = "patrol_officers"
    NEIGHBOUR_STATIONS = "neighbour_stations"
    COMMAND_CENTRE = "command_centre"


@dataclass(frozen=True)
class NextRung:
    """Tell this rung so long after the candidates first ran out, once."""

    rung: Rung
    after_s: int


@dataclass(frozen=True)
class Policy:
    """How a dispatch asks. `version` counts a station's own rows of the kind and colour; 0 is the built-in preset.

    Looking: `radius_m` at first, times `radius_growth` whenever candidates run out, up to `radius_max_m`; positions not
    older than `stale_s`; at most `candidates` people looked at; `grid_first`: the incident's own grid is asked before
    its neighbours, and those before the rest of the station, however near.
    Asking: as many at a time as give the chance `hope` that enough say yes, but never more than `spare` above the need;
    an offer waits `silence_s` for an answer and is worth delivering for `expires_s`; `retry_s` is the pause before
    looking again.
    Reaching: `ladder` of channels. Travel: `travel` for forces that have no way of their own, and `turn_out_s` from
    accepting to leaving by day, `turn_out_night_s` by night.
    Sparing people: `rest_s` after a task, `alerts_per_day`; they forbid when `caps_bind`, else they only cost rank.
    Going: who does not move `still_s` after accepting is asked, and `reopen_s` later the place is free again; inside
    `arrive_m` for `dwell_s` is there, beyond `leave_m` is gone; `welfare_s`: how often somebody on scene is asked
    whether all is well (0: never); `allow_engaged`: people busy with another incident may be asked.
    Ending: `call_back_tries`; `overdue_s`: per incident state, after how long the desk is reminded; `next_rungs`.
    `excluded`: ids of members whom the dispatcher left out, in every wave.
    """

    version: int
    kind: IncidentKind
    colour: Colour | None
    radius_m: float
    radius_growth: float
    radius_max_m: float
    stale_s: int
    candidates: int
    grid_first: bool
    spare: int
    hope: float
    silence_s: int
    expires_s: int
    retry_s: int
    ladder: tuple[LadderStep, ...]
    travel: TravelMode
    turn_out_s: int
    turn_out_night_s: int
    rest_s: int
    alerts_per_day: int
    caps_bind: bool
    still_s: int
    reopen_s: int
    arrive_m: float
    leave_m: float
    dwell_s: int
    welfare_s: int
    allow_engaged: bool
    call_back_tries: int
    overdue_s: Mapping[str, int]
    next_rungs: tuple[NextRung, ...]
    excluded: tuple[str, ...] = ()


@dataclass(frozen=True)
class PolicyDraft:
    """A station's next version for a kind and colour (none: every colour without one of its own).

    `replaces`: the version of the station's own it was written over, 0 for the first. `changes`: the fields that
    differ from the policy in force now. `withdraw`: take the station's own back instead.
    """

    kind: IncidentKind
    colour: Colour | None = None
    replaces: int = 0
    changes: Mapping[str, Any] = field(default_factory=dict)
    note: str | None = None
    withdraw: bool = False


class Difference(NamedTuple):
    """One field that two versions do not share."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class PolicyVersion:
    """One version of a station's own policy and what it changed; `policy` is none where it took its own back."""

    kind: IncidentKind
    colour: Colour | None
    version: int
    policy: Policy | None
    changes: tuple[Difference, ...]
    note: str | None
    written_by: UUID | None
    written_at: datetime
