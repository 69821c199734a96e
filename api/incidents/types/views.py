"""Rows as they are read: heads for deciding, details for showing. Positions are WGS-84."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

from api.incidents.types.states import DispatchState, IncidentState, OfferState
from api.incidents.types.words import DispatchClock, IncidentKind
from api.kernel.geo import Point


class IncidentHead(NamedTuple):
    """What is needed to decide about an incident; nothing personal."""

    id: UUID
    station_id: UUID
    kind: IncidentKind
    colour: str
    state: IncidentState
    step_no: int
    step_since: datetime
    version: int
    place: Point
    wanted: list[dict[str, Any]]
    has_requester: bool
    unit_id: UUID | None = None
    drill: bool = False
    patience_s: int | None = None


class DispatchHead(NamedTuple):
    """What is needed to go on asking for a dispatch.

    `radius_m`: how far it looks by now (none: as far as its policy begins); `area`: the outline it keeps to, in EWKT;
    `target`: the ground it asks on, by ids.
    """

    id: UUID
    incident_id: UUID
    station_id: UUID
    state: DispatchState
    wave: int
    fence: int
    policy: Mapping[str, Any]
    place: Point
    radius_m: float | None = None
    area: str | None = None
    target: Mapping[str, Any] = MappingProxyType({})
    drill: bool = False


class OfferHead(NamedTuple):
    """What is needed to take an answer to an offer."""

    id: UUID
    incident_id: UUID
    dispatch_id: UUID
    need_id: UUID
    member_id: UUID
    person_id: UUID
    state: OfferState
    reason: str | None
    offered_at: datetime
    accepted_at: datetime | None
    beyond: bool
    eta_s: int


@dataclass(frozen=True)
class IncidentDetail:
    """An incident as the desk sees it, with its requester in clear: reading it is audited."""

    id: UUID
    ref: str
    kind: str
    category: str
    colour: str
    source: str
    state: str
    step_since: datetime
    description: str
    address: str | None
    place: Point
    place_datum: str
    unit_id: UUID | None
    unit_name: str | None
    requester: dict[str, str | bool | None]
    needs: list[dict[str, Any]]
    reported_by: UUID | None
    reported_at: datetime
    ended_at: datetime | None
    end_reason: str | None
    end_note: str | None
    dispute_id: UUID | None
    version: int
    drill: bool
    dispatches: list[dict[str, Any]]
    feedbacks: list[dict[str, Any]]
    reinforcements: list[dict[str, Any]]
    links: list[dict[str, Any]]
    call_backs: list[dict[str, Any]]


class NextStep(NamedTuple):
    """What a dispatch does by itself, and when; `rung`: who will be told then, of that step only."""

    step: DispatchClock
    due_at: datetime
    rung: str | None


@dataclass(frozen=True)
class DispatchDetail:
    """A dispatch as the desk sees it: its needs, and everybody who was asked."""

    id: UUID
    incident_id: UUID
    state: str
    wave: int
    policy: Mapping[str, Any]
    ordered_by: UUID | None
    created_at: datetime
    ended_at: datetime | None
    needs: list[dict[str, Any]]
    offers: list[dict[str, Any]]
    lead_offer_id: UUID | None
    radius_m: float | None
    target: Mapping[str, Any]
    drill: bool
    next_steps: list[NextStep]


@dataclass(frozen=True)
class SelectionAnswer:
    """Why one member was or was not asked, newest wave first; `outside` says why they stand in no wave's list."""

    dispatch_id: UUID
    member_id: UUID
    entries: list[dict[str, Any]]
    outside: str | None
    scope: Mapping[str, Any]


@dataclass(frozen=True)
class OfferDetail:
    """An offer as its owner sees it; `task` only after accepting."""

    id: UUID
    state: str
    reason: str | None
    kind: str
    colour: str
    distance_m: int
    eta_s: int
    offered_at: datetime
    expires_at: datetime
    accepted_at: datetime | None
    departed_at: datetime | None
    arrived_at: datetime | None
    done_at: datetime | None
    feedback: dict[str, Any] | None
    task: dict[str, Any] | None
    eta_at: datetime | None
    fix_at: datetime | None
    still_asked: bool
    welfare: str | None
    leads: bool
    drill: bool
