"""Reading messages: a person's inbox, and what the desk sees of a subject's messages."""

from collections.abc import Collection
from dataclasses import fields
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, or_, select
from sqlalchemy.orm import Session

from api.notifications.rules.templates import TEMPLATES, render_all
from api.notifications.types import InboxItem, MessageStatus
from api.plumbing.db import among
from api.plumbing.outbox import OutboxMessage

_ROW = OutboxMessage
_LISTED = [template.name for template in TEMPLATES.values() if template.listed]
_INBOX: tuple[Any, ...] = (
    _ROW.id, _ROW.template.label("type"), _ROW.subject_kind, _ROW.subject_id, _ROW.step, _ROW.channel, _ROW.state,
    _ROW.created_at, _ROW.expires_at, _ROW.read_at, _ROW.variables,
)  # fmt: skip
_STATUS: tuple[Any, ...] = tuple(getattr(_ROW, field.name) for field in fields(MessageStatus))


def inbox_of(session: Session, person_id: UUID, *, before: UUID | None, limit: int) -> list[InboxItem]:
    """A person's messages, newest first. Codes are left out: they are for the phone they were texted to."""
    statement = select(*_INBOX).where(_ROW.person_id == person_id, _ROW.template.in_(_LISTED))
    return [_inbox_item(row) for row in session.execute(_page(statement, before, limit))]


def _inbox_item(row: Row[Any]) -> InboxItem:
    values = dict(row._mapping)
    return InboxItem(text=render_all(row.type, values.pop("variables")), **values)


def messages_about(
    session: Session, station_id: UUID, subject_id: UUID, *, before: UUID | None, limit: int
) -> list[MessageStatus]:
    """The station's messages about one subject, newest first."""
    statement = select(*_STATUS).where(_ROW.subject_id == subject_id, _ROW.station_id == station_id)
    return [MessageStatus(*row) for row in session.execute(_page(statement, before, limit))]


def told_subjects(session: Session, subject_ids: Collection[UUID]) -> set[UUID]:
    """Those of the subjects about which some message has been handed to a provider, whatever became of it."""
    signs = (_ROW.handed_at, _ROW.unknown_at, _ROW.sent_at, _ROW.delivered_at)
    handed = or_(*(sign.is_not(None) for sign in signs))
    statement = select(_ROW.subject_id).where(among(_ROW.subject_id, subject_ids), handed)
    return {subject_id for subject_id in session.scalars(statement) if subject_id is not None}


def _page(statement: Select[Any], before: UUID | None, limit: int) -> Select[Any]:
    # Ids are UUIDv7, so the newest is the highest.
    if before is not None:
        statement = statement.where(_ROW.id < before)
    return statement.order_by(_ROW.id.desc()).limit(limit)
