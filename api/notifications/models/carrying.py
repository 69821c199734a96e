"""Which provider carries what, at which price, how much of it a number may get, and in which registered words."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Numeric, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from api.plumbing.db import Base, Id

_MONEY = Numeric(12, 6)


class SmsQuota(Base):
    """What carriers let one number with this prefix get in 24 hours; a prefix without a row has no limit."""

    __tablename__ = "sms_quotas"

    prefix: Mapped[str] = mapped_column(primary_key=True)
    identical: Mapped[int] = mapped_column(SmallInteger)  # the same text
    different: Mapped[int] = mapped_column(SmallInteger)  # texts that differ
    per_template: Mapped[int] = mapped_column(SmallInteger)  # texts of one kind


class SmsRoute(Base):
    """A provider that may text numbers with this prefix. `weight` moves with its health, `configured` does not."""

    __tablename__ = "sms_routes"

    prefix: Mapped[str] = mapped_column(primary_key=True)  # country code; empty: every other country
    provider: Mapped[str] = mapped_column(primary_key=True)
    configured: Mapped[int] = mapped_column(SmallInteger)
    weight: Mapped[int] = mapped_column(SmallInteger)
    replies: Mapped[bool]  # whether somebody there can answer a text
    changed_at: Mapped[datetime]


class MessagePrice(Base):
    """The price of one part, from a moment on; an empty prefix is every country without a price of its own."""

    __tablename__ = "message_prices"

    provider: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    prefix: Mapped[str] = mapped_column(primary_key=True)
    valid_from: Mapped[datetime] = mapped_column(primary_key=True)
    currency: Mapped[str]
    unit_price: Mapped[Decimal] = mapped_column(_MONEY)


class MessageCharge(Base):
    """What one attempt costs. Written for what was accepted and, not `certain`, for what may have been.

    `to_index` finds the texts of one number without its being readable, `text_digest` equal ones. Both are forgotten
    when no quota asks for them any more; whose message it was stands in the message alone.
    """

    __tablename__ = "message_charges"

    message_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    station_id: Mapped[UUID]
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID | None]
    channel: Mapped[str]
    provider: Mapped[str]
    urgency: Mapped[str]
    template: Mapped[str]
    to_index: Mapped[bytes | None]
    text_digest: Mapped[bytes | None]
    parts: Mapped[int] = mapped_column(SmallInteger)
    currency: Mapped[str | None]
    unit_price: Mapped[Decimal | None] = mapped_column(_MONEY)  # empty: nobody told us a price
    amount: Mapped[Decimal] = mapped_column(_MONEY)
    certain: Mapped[bool]
    charged_at: Mapped[datetime]


class DailySpend(Base):
    """The sum of a day's charges in one currency: what the daily cap is held against."""

    __tablename__ = "daily_spend"

    day: Mapped[date] = mapped_column(primary_key=True)
    currency: Mapped[str] = mapped_column(primary_key=True)
    amount: Mapped[Decimal] = mapped_column(Numeric(14, 6))


class SmsTemplate(Base):
    """One of our wordings as a provider has registered it, or is asked to."""

    __tablename__ = "sms_templates"
    __table_args__ = (UniqueConstraint("provider", "template", "wording", "language", "linked"),)

    id: Mapped[Id]
    provider: Mapped[str]
    template: Mapped[str]
    wording: Mapped[int] = mapped_column(SmallInteger)  # the version of the template's words
    language: Mapped[str]
    linked: Mapped[bool]
    signature: Mapped[str]
    body: Mapped[str]
    mapping: Mapped[dict[str, Any]]  # the provider's variable -> ours
    code: Mapped[str | None]  # what the provider calls it
    state: Mapped[str] = mapped_column(server_default=text("'draft'"))
    reason: Mapped[str | None]
    changed_by: Mapped[UUID | None]
    changed_at: Mapped[datetime]
