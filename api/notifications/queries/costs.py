"""Reading what messages have cost."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, case, func, select
from sqlalchemy.orm import Session

from api.notifications.models import MessageCharge
from api.notifications.types import Cost
from api.plumbing.db import among

_ROW = MessageCharge
# Only prices of one currency can be added up, so each has a sum of its own.
_GROUP = (_ROW.currency, _ROW.channel, _ROW.provider)
_SUMS: tuple[ColumnElement[Any], ...] = (
    func.count(func.distinct(_ROW.message_id)).label("messages"),
    func.sum(_ROW.parts).label("parts"),
    func.sum(_ROW.amount).label("amount"),
    func.coalesce(func.sum(case((_ROW.certain, 0), else_=_ROW.amount)), 0).label("uncertain"),
)


def costs_about(session: Session, station_id: UUID, subject_ids: Collection[UUID]) -> list[Cost]:
    """What the station's messages about these subjects have cost, by currency, channel and provider."""
    where = (among(_ROW.subject_id, subject_ids), _ROW.station_id == station_id)
    statement = select(*_GROUP, *_SUMS).where(*where).group_by(*_GROUP).order_by(*_GROUP)
    return [_cost(row) for row in session.execute(statement)]


def costs_by_subject(session: Session, station_id: UUID, subject_ids: Collection[UUID]) -> dict[UUID, list[Cost]]:
    """The same, for each subject apart; those that cost nothing are left out."""
    where = (among(_ROW.subject_id, subject_ids), _ROW.station_id == station_id)
    statement = select(*_GROUP, *_SUMS, _ROW.subject_id).where(*where).group_by(_ROW.subject_id, *_GROUP)
    found: dict[UUID, list[Cost]] = {}
    for row in session.execute(statement.order_by(*_GROUP)):
        found.setdefault(row.subject_id, []).append(_cost(row))
    return found


def costs_between(session: Session, station_id: UUID, since: datetime, until: datetime) -> list[Cost]:
    """What a station's messages have cost in a time, by currency, channel and provider."""
    where = (_ROW.station_id == station_id, _ROW.charged_at >= since, _ROW.charged_at < until)
    statement = select(*_GROUP, *_SUMS).where(*where).group_by(*_GROUP).order_by(*_GROUP)
    return [_cost(row) for row in session.execute(statement)]


def _cost(row: Row[Any]) -> Cost:
    return Cost(row.currency, row.channel, row.provider, row.messages, row.parts, row.amount, row.uncertain)
