"""Notices: the station's, and one's own."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from api.grids.types import Area
from api.kernel.errors import NotFound
from api.kernel.geo import Point
from api.notices.models import NoticePolicyRow, NoticeRecipient, NoticeRow
from api.notices.rules.states import LIVE
from api.notices.types import NoticePolicy, NoticeView, OwnNotice, Target, Words
from api.plumbing.db import among

# Enough to get back every bit of the outline that was stored.
_DIGITS = 15


def notice_policy(session: Session, station_id: UUID) -> NoticePolicy:
    """The station's policy, or ours."""
    row = session.get(NoticePolicyRow, station_id)
    return NoticePolicy() if row is None else NoticePolicy(row.approve_above, row.segment_milliyuan, row.version)


def set_limit_oneself(session: Session, station_id: UUID, person_id: UUID) -> bool:
    """Whether the station's present policy is this person's."""
    statement = select(NoticePolicyRow.changed_by).where(NoticePolicyRow.station_id == station_id)
    return session.scalar(statement) == person_id


def told_alone(session: Session, station_id: UUID, person_id: UUID, *, since: datetime) -> int:
    """How many recipients this person's notices since then had that went out on their word only, each counted anew."""
    statement = select(func.coalesce(func.sum(NoticeRow.expected), 0)).where(
        NoticeRow.station_id == station_id, NoticeRow.submitted_by == person_id, NoticeRow.submitted_at > since,
        NoticeRow.sending_at.is_not(None), NoticeRow.decided_by.is_(None),
    )  # fmt: skip
    return session.scalar(statement) or 0


def notice_in(session: Session, station_id: UUID, notice_id: UUID) -> NoticeView:
    """A notice of the station; raises NotFound for foreign and unknown ids."""
    statement = select(NoticeRow).where(NoticeRow.id == notice_id, NoticeRow.station_id == station_id)
    row = session.scalar(statement)
    if row is None:
        raise NotFound
    return view_of(row)


def notices_of(
    session: Session, station_id: UUID, *, state: str | None, before: UUID | None, limit: int
) -> list[NoticeView]:
    """The station's notices, the newest first."""
    statement = select(NoticeRow).where(NoticeRow.station_id == station_id)
    if state is not None:
        statement = statement.where(NoticeRow.state == state)
    if before is not None:
        statement = statement.where(NoticeRow.id < before)
    return [view_of(row) for row in session.scalars(statement.order_by(NoticeRow.id.desc()).limit(limit))]


def own_notices(session: Session, person_id: UUID, *, before: UUID | None, limit: int) -> list[OwnNotice]:
    """What somebody was told and still holds, the newest first."""
    statement = _own(person_id)
    if before is not None:
        statement = statement.where(NoticeRow.id < before)
    return [_own_view(row, read_at) for row, read_at in session.execute(statement.limit(limit))]


def own_notice_ids(session: Session, person_id: UUID, *, after: UUID | None, limit: int) -> Sequence[UUID]:
    """The ids of one's notices behind one id, in order of their ids."""
    own = _own(person_id).with_only_columns(NoticeRow.id).order_by(None)
    if after is not None:
        own = own.where(NoticeRow.id > after)
    return session.scalars(own.order_by(NoticeRow.id).limit(limit)).all()


def own_notices_among(session: Session, person_id: UUID, ids: Collection[UUID]) -> list[OwnNotice]:
    """Those of these notices that are one's own."""
    rows = session.execute(_own(person_id).where(among(NoticeRow.id, ids))) if ids else ()
    return [_own_view(row, read_at) for row, read_at in rows]


def own_notice(session: Session, person_id: UUID, notice_id: UUID) -> OwnNotice:
    """One of them; raises NotFound for everything that was not meant for this person, or is over."""
    found = session.execute(_own(person_id).where(NoticeRow.id == notice_id)).one_or_none()
    if found is None:
        raise NotFound
    return _own_view(*found)


def target_of(session: Session, row: NoticeRow) -> Target:
    """Whom a stored notice means."""
    shape = session.scalar(select(func.ST_AsGeoJSON(NoticeRow.area, _DIGITS)).where(NoticeRow.id == row.id))
    area = None if shape is None else _area(json.loads(shape)["coordinates"])
    return Target(row.whole_station, tuple(row.unit_ids), area, tuple(row.forces), tuple(row.roles), row.on_duty_only)


def view_of(row: NoticeRow) -> NoticeView:
    """A notice as the desk sees it."""
    names = (
        "id", "state", "category", "severity", "open_text", "whole_station", "on_duty_only", "expires_at", "written_by",
        "written_at", "submitted_by", "expected", "decided_by", "decided_at", "recipients", "sent_at", "ended_at",
        "version",
    )  # fmt: skip
    return NoticeView(
        zh=Words(row.title_zh, row.body_zh),
        en=_english(row),
        has_area=row.area is not None,
        unit_ids=tuple(row.unit_ids),
        forces=tuple(row.forces),
        roles=tuple(row.roles),
        **{name: getattr(row, name) for name in names},
    )


def _own(person_id: UUID) -> Select[*tuple[Any, ...]]:
    return (
        select(NoticeRow, NoticeRecipient.read_at)
        .join(NoticeRecipient, NoticeRecipient.notice_id == NoticeRow.id)
        .where(NoticeRecipient.person_id == person_id, NoticeRow.state.in_(LIVE))
        .order_by(NoticeRow.id.desc())
    )


def _own_view(row: NoticeRow, read_at: Any) -> OwnNotice:
    if row.sending_at is None:
        raise LookupError("a notice that lives was sent at some time")
    return OwnNotice(
        row.id, row.category, row.severity, Words(row.title_zh, row.body_zh), _english(row), row.sending_at,
        row.expires_at, read_at,
    )  # fmt: skip


def _english(row: NoticeRow) -> Words | None:
    return None if row.title_en is None or row.body_en is None else Words(row.title_en, row.body_en)


def _area(coordinates: list[list[list[list[float]]]]) -> Area:
    return Area(
        tuple(tuple(tuple(Point(lat, lon) for lon, lat in ring) for ring in polygon) for polygon in coordinates)
    )
