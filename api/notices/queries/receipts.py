"""How far a notice came: counted over sets, everybody once, at the furthest point any of their messages got to."""

from collections import Counter
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from api.grids.queries import unit_labels
from api.identity.queries import contacts_of
from api.notices.models import NoticeRow
from api.notices.types import AreaCount, Progress, Unread

# What somebody was summed up with others is `fallback` with a reason of its own (notifications.service.releasing).
_FURTHEST = """
    WITH told AS (
        SELECT person_id, max(CASE
            WHEN state = 'read' THEN 6 WHEN state = 'delivered' THEN 5 WHEN state = 'sent' THEN 4
            WHEN state = 'fallback' AND error_code = 'bundled' THEN 3
            WHEN state IN ('queued', 'leased', 'unknown') THEN 2 ELSE 1 END) AS point
        FROM outbox WHERE subject_id = :notice AND subject_kind = 'notice' GROUP BY person_id
    ), people AS (
        SELECT r.person_id, r.grid_id, CASE WHEN r.read_at IS NOT NULL THEN 6 ELSE coalesce(told.point, 0) END AS point
        FROM notice_recipients r LEFT JOIN told USING (person_id) WHERE r.notice_id = :notice
    )
"""
_COUNTS = text(" ".join((_FURTHEST, "SELECT grid_id, point, count(*) AS people FROM people GROUP BY grid_id, point")))
_THOSE_LEFT = """
    SELECT person_id, grid_id, point FROM people
    WHERE point < 6 AND (CAST(:after AS uuid) IS NULL OR person_id > :after) ORDER BY person_id LIMIT :limit
"""
_UNREAD = text(" ".join((_FURTHEST, _THOSE_LEFT)))
_POINTS = ("not_reached", "not_reached", "waiting", "summed_up", "sent", "delivered", "read")


def count_progress(session: Session, notice_id: UUID) -> Progress:
    """The progress of one notice."""
    counts: Counter[str] = Counter()
    for _, point, count in counts_of(session, notice_id):
        counts[_POINTS[point]] += count
    return _progress(counts)


def counts_of(session: Session, notice_id: UUID) -> list[tuple[UUID | None, int, int]]:
    """(grid, point, people): as it stands, or as it stood when the notice ended."""
    kept = session.scalar(select(NoticeRow.receipts).where(NoticeRow.id == notice_id))
    if kept is not None:
        return [(UUID(grid) if grid else None, point, count) for grid, point, count in kept]
    return [(row.grid_id, row.point, row.people) for row in session.execute(_COUNTS, {"notice": notice_id})]


def count_by_area(session: Session, notice_id: UUID) -> list[AreaCount]:
    """The progress in each grid its recipients belonged to, by code; those of no grid last."""
    counts: dict[UUID | None, Counter[str]] = {}
    for grid_id, point, count in counts_of(session, notice_id):
        counts.setdefault(grid_id, Counter())[_POINTS[point]] += count
    labels = unit_labels(session, [grid_id for grid_id in counts if grid_id])
    found = [_area_count(grid_id, labels, count) for grid_id, count in counts.items()]
    return sorted(found, key=lambda area: (area.code is None, area.code or ""))


def _area_count(grid_id: UUID | None, labels: dict[UUID, tuple[str, str]], counts: Counter[str]) -> AreaCount:
    label = labels.get(grid_id) if grid_id else None
    code, name = label or (None, None)
    return AreaCount(grid_id, code, name, _progress(counts))


def unread_of(session: Session, notice_id: UUID, *, after: UUID | None, limit: int) -> list[Unread]:
    """Who was meant and has not read it, from after person id `after`."""
    rows = session.execute(_UNREAD, {"notice": notice_id, "after": after, "limit": limit}).all()
    contacts = contacts_of(session, [row.person_id for row in rows])
    labels = unit_labels(session, list({row.grid_id for row in rows if row.grid_id}))
    return [_unread(row, contacts[row.person_id].name, labels) for row in rows]


def _unread(row: Row[Any], name: str, labels: dict[UUID, tuple[str, str]]) -> Unread:
    code = labels[row.grid_id][0] if row.grid_id in labels else None
    return Unread(row.person_id, name, code, _POINTS[row.point])


def _progress(counts: Counter[str]) -> Progress:
    return Progress(recipients=counts.total(), **{name: counts[name] for name in dict.fromkeys(_POINTS)})
