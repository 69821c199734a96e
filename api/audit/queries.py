"""Reading the trail."""

from collections.abc import Generator
from contextlib import closing
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from api.audit.models import AuditEntry, AuditSeal
from api.audit.rules import FIRST_DIGEST, link_digest
from api.audit.types import ChainFault, Entry

# No transaction lives long enough to commit an entry this many ids after its neighbours.
LATEST_COMMIT_WINDOW = 1_000_000
MOST_LOOKED_AT = 2_000


def unsealed_entries(session: Session, *, limit: int) -> list[Entry]:
    """Committed entries without a seal, oldest first."""
    newest = session.scalar(select(AuditSeal.entry_id).order_by(AuditSeal.position.desc()).limit(1)) or 0
    statement = (
        select(*_COLUMNS)
        .outerjoin(AuditSeal, AuditSeal.entry_id == AuditEntry.id)
        .where(AuditSeal.entry_id.is_(None), AuditEntry.id > newest - LATEST_COMMIT_WINDOW)
        .order_by(AuditEntry.id)
        .limit(limit)
    )
    return [_entry(row) for row in session.execute(statement)]


def entries_of(session: Session, station_id: UUID, *, before: int | None, limit: int, **match: Any) -> list[Entry]:
    """A station's entries, newest first, below id `before`; `match` names columns and their values."""
    statement = select(*_COLUMNS).where(AuditEntry.station_id == station_id).order_by(AuditEntry.id.desc()).limit(limit)
    for column, value in match.items():
        if value is not None:
            statement = statement.where(getattr(AuditEntry, column) == value)
    if before is not None:
        statement = statement.where(AuditEntry.id < before)
    return [_entry(row) for row in session.execute(statement)]


def subjects_since(session: Session, actor_id: UUID, action: str, since: datetime) -> list[UUID | None]:
    """The subjects of one actor's acts of this kind since then, as far as their newest MOST_LOOKED_AT entries tell."""
    newest = (
        select(AuditEntry.action, AuditEntry.at, AuditEntry.subject_id)
        .where(AuditEntry.actor_id == actor_id)
        .order_by(AuditEntry.id.desc())
        .limit(MOST_LOOKED_AT)
        .subquery()
    )
    return list(session.scalars(select(newest.c.subject_id).where(newest.c.action == action, newest.c.at > since)))


def find_chain_fault(session: Session) -> ChainFault | None:
    """Walk the whole chain; the first broken link, or None when it holds."""
    digest = FIRST_DIGEST
    with closing(_links(session)) as links:
        for expected, (position, entry_id, sealed, entry) in enumerate(links, start=1):
            if position != expected:
                return ChainFault(expected, None, "a link is missing")
            if entry is None:
                return ChainFault(position, entry_id, "the entry is gone")
            digest = link_digest(digest, entry)
            if digest != sealed:
                return ChainFault(position, entry_id, "the entry or the chain was changed")
    return None


def _links(session: Session) -> Generator[tuple[int, int, bytes, Entry | None], None, None]:
    statement = (
        select(AuditSeal.position, AuditSeal.entry_id, AuditSeal.digest, *_COLUMNS)
        .outerjoin(AuditEntry, AuditEntry.id == AuditSeal.entry_id)
        .order_by(AuditSeal.position)
        .execution_options(yield_per=2_000)
    )
    with session.execute(statement) as rows:
        for row in rows:
            yield row[0], row[1], row[2], None if row[3] is None else Entry(*row[3:])


_COLUMNS = (
    AuditEntry.id,
    AuditEntry.at,
    AuditEntry.station_id,
    AuditEntry.actor_kind,
    AuditEntry.actor_id,
    AuditEntry.action,
    AuditEntry.subject_kind,
    AuditEntry.subject_id,
    AuditEntry.details,
    AuditEntry.request_id,
)


def _entry(row: Row[Any]) -> Entry:
    return Entry(**row._asdict())
