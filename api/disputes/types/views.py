"""What is shown of a case."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from api.kernel.geo import Point


@dataclass(frozen=True)
class CaseDetail:
    """A case as its viewer may see it: `masked` leaves out every text and place, and parties are recognisable only."""

    id: UUID
    ref: str
    masked: bool
    state: str
    step_since: datetime
    due_at: datetime | None
    level: int
    round: int
    source: str
    category: str
    category_version: int
    scale: str
    colour: str
    by_hand: bool
    score: int
    reasons: list[dict[str, Any]]
    weights_version: int
    strict: bool
    title: str | None
    summary: str | None
    address: str | None
    place: Point | None
    place_datum: str | None
    unit_id: UUID | None
    unit_name: str | None
    occurred_at: datetime | None
    amount: Decimal | None
    people_count: int
    organisations: str | None
    deadline_on: date | None
    signs: list[str]
    repeat_calls: int
    measures: str | None
    resolution_way: str | None
    resolving_body: str | None
    resolution: str | None
    success: bool | None
    evaluated_on: date | None
    evaluation: str | None
    lead_id: UUID | None
    incident_id: UUID | None
    register_no: str | None
    reported_at: datetime
    reported_by: UUID | None
    received_by: UUID | None
    accepted_at: datetime | None
    settled_at: datetime | None
    closed_at: datetime | None
    end_reason: str | None
    merged_into: UUID | None
    split_from: UUID | None
    merged: list[dict[str, Any]]
    insiders: list[dict[str, Any]]
    parties: list[dict[str, Any]]
    history: dict[str, Any]
    version: int
