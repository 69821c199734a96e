"""What became of calls to providers.

None of them refers to the outbox by foreign key: an attempt and a receipt are facts that outlive a message's row, and
a receipt may name a message this database never had.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from api.plumbing.db import Base, Id


class MessageAttempt(Base):
    """One call about one message, and how it ended. `fenced`: the sender had lost its lease when it came back."""

    __tablename__ = "message_attempts"

    message_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    provider: Mapped[str]
    outcome: Mapped[str]
    code: Mapped[str | None]
    provider_ref: Mapped[str | None]
    fenced: Mapped[bool] = mapped_column(server_default=text("false"))
    took_ms: Mapped[int | None]
    segments: Mapped[int | None] = mapped_column(SmallInteger)  # of a text message: what it is billed as
    settled_at: Mapped[datetime]


class ProviderBreaker(Base):
    """Whether a provider is left in peace, for all pushers together."""

    __tablename__ = "provider_breakers"

    provider: Mapped[str] = mapped_column(primary_key=True)
    failures: Mapped[int] = mapped_column(server_default=text("0"))
    openings: Mapped[int] = mapped_column(server_default=text("0"))
    open_until: Mapped[datetime | None]
    probing: Mapped[bool] = mapped_column(server_default=text("false"))
    reason: Mapped[str] = mapped_column(server_default=text("''"))
    changed_at: Mapped[datetime]


class ProviderReceipt(Base):
    """What a provider reported, as it was said, once; parked while `applied_at` is empty."""

    __tablename__ = "provider_receipts"
    __table_args__ = (UniqueConstraint("provider", "ref", "status"),)

    id: Mapped[Id]
    provider: Mapped[str]
    ref: Mapped[str]
    status: Mapped[str]
    error_code: Mapped[str | None]
    message_id: Mapped[UUID | None]
    received_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]
