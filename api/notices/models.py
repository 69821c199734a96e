"""Tables of notices. Indexes are declared by the migration."""

from datetime import datetime
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry
from sqlalchemy import CheckConstraint, ForeignKey, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.orm import Mapped, mapped_column

from api.plumbing.crypto import Sealed
from api.plumbing.db import Base, Id, Version


class NoticePolicyRow(Base):
    """A station's word on notices; see `types.NoticePolicy`."""

    __tablename__ = "notice_policies"

    station_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"), primary_key=True)
    approve_above: Mapped[int]
    segment_milliyuan: Mapped[int]
    version: Mapped[Version]
    changed_by: Mapped[UUID | None]
    changed_at: Mapped[datetime]


class NoticeRow(Base):
    """One notice, from draft to end. The texts are sealed, because some of them describe a person.

    `expected`: how many it would have reached when it was submitted. `reached_id`: up to which person's id it has been
    written into the outbox. `urgency`: the class its messages have, chosen when sending began. `receipts`: how far it
    had come when it ended, as (grid, point, people), because messages are not kept for ever.
    """

    __tablename__ = "notices"
    __table_args__ = (
        CheckConstraint("(title_en IS NULL) = (body_en IS NULL)", name="english"),
        CheckConstraint("decided_by IS DISTINCT FROM written_by OR decided_by IS NULL", name="approver"),
    )

    id: Mapped[Id]
    station_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    state: Mapped[str]
    category: Mapped[str]
    severity: Mapped[str]
    title_zh: Mapped[str] = mapped_column(Sealed("notices.title_zh"))
    body_zh: Mapped[str] = mapped_column(Sealed("notices.body_zh"))
    title_en: Mapped[str | None] = mapped_column(Sealed("notices.title_en"))
    body_en: Mapped[str | None] = mapped_column(Sealed("notices.body_en"))
    open_text: Mapped[bool]
    whole_station: Mapped[bool]
    unit_ids: Mapped[list[UUID]] = mapped_column(ARRAY(PgUUID(as_uuid=True)))
    area: Mapped[Any | None] = mapped_column(Geometry("MULTIPOLYGON", 4326, spatial_index=False))
    forces: Mapped[list[str]] = mapped_column(ARRAY(Text))
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    on_duty_only: Mapped[bool]
    expires_at: Mapped[datetime]
    written_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    written_at: Mapped[datetime]
    edited_by: Mapped[UUID | None]
    submitted_by: Mapped[UUID | None]
    submitted_at: Mapped[datetime | None]
    expected: Mapped[int | None]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    urgency: Mapped[str | None]
    reached_id: Mapped[UUID | None]
    recipients: Mapped[int] = mapped_column(server_default=text("0"))
    sending_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None]
    ended_at: Mapped[datetime | None]
    receipts: Mapped[list[Any] | None] = mapped_column(JSONB)
    erased_at: Mapped[datetime | None]
    version: Mapped[Version]


class NoticeRecipient(Base):
    """Somebody a notice was meant for, and the grid they belonged to then."""

    __tablename__ = "notice_recipients"

    notice_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    grid_id: Mapped[UUID | None]
    read_at: Mapped[datetime | None]
