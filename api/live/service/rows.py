"""What an event shows: the row as the REST answer gives it to the same reader."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from api.duty.queries.live import live_members_among
from api.duty.rules.privacy import PLANNING, SENDING, shown_member
from api.incidents.queries.board import board_rows
from api.live.types import Change, LiveCollection, Op, Scope


def with_rows(session: Session, changes: Iterable[Change]) -> list[Change]:
    """The changes with their rows: one statement per collection and station, however many readers there are."""
    found = list(changes)
    incidents = _incidents(session, _ids(found, LiveCollection.INCIDENTS))
    members = live_members_among(session, [id_ for ids in _ids(found, LiveCollection.DUTY).values() for id_ in ids])
    return [_with_row(change, incidents, members) for change in found]


def _ids(changes: list[Change], collection: LiveCollection) -> dict[UUID, list[UUID]]:
    found: dict[UUID, list[UUID]] = {}
    for change in changes:
        if change.scope is Scope.STATION and change.collection is collection and change.row_id is not None:
            found.setdefault(change.line.station_id, []).append(change.row_id)
    return found


def _incidents(session: Session, wanted: Mapping[UUID, list[UUID]]) -> dict[UUID, Any]:
    return {row.id: row for station, ids in wanted.items() for row in board_rows(session, station, ids)}


def _with_row(change: Change, incidents: Mapping[UUID, Any], members: Mapping[UUID, Any]) -> Change:
    if change.scope is not Scope.STATION or change.row_id is None:
        return change
    if change.collection is LiveCollection.INCIDENTS and change.row_id in incidents:
        return replace(change, rows={None: incidents[change.row_id]._asdict()})
    if change.collection is LiveCollection.DUTY:
        member = members.get(change.row_id)
        if member is None:
            return replace(change, op=Op.REMOVE)
        return replace(change, rows={grain: shown_member(member, grain) for grain in (SENDING, PLANNING)})
    return change
