"""The outbox table and how a message gets into it, in the transaction that decides it.

`notifications` owns what happens afterwards (channels, claims, settlement, receipts). The table lives here because
areas below notifications, such as sign-in codes, write messages too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, SmallInteger, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from api.plumbing.context import Ctx
from api.plumbing.crypto import SealedJson
from api.plumbing.db import Base, Id

CHANNEL = "gridloop_outbox"
# A held message is released by a job, which sums it up with others. Should the job be late, it goes by itself after
# this.
HELD_GRACE = timedelta(minutes=15)


class OutboxMessage(Base):
    """One message to one address over one channel; its id is the message id the phone sees.

    Times are the database's. `rank` only rises (in hand 0, sent 1, ended without proof 2, delivered 3, read 4).
    `handed_at` stands while a provider may have it, and is taken back when it certainly refused.
    """

    __tablename__ = "outbox"

    id: Mapped[Id]
    station_id: Mapped[UUID]
    dedupe_key: Mapped[str] = mapped_column(unique=True)
    urgency: Mapped[str]  # alert | normal | otp
    channel: Mapped[str]  # push | sms
    person_id: Mapped[UUID | None]
    device_id: Mapped[UUID | None]
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID | None]
    template: Mapped[str]
    step: Mapped[str] = mapped_column(server_default=text("''"))
    origin_id: Mapped[UUID | None]  # the message this one took over from, on another channel
    variables: Mapped[dict[str, Any]] = mapped_column(SealedJson("outbox.variables"))
    state: Mapped[str] = mapped_column(server_default=text("'queued'"))
    rank: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    next_at: Mapped[datetime]
    held_until: Mapped[datetime | None]  # kept back for the morning, or to be summed up with others
    expires_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    lease_token: Mapped[UUID | None]
    handed_at: Mapped[datetime | None]
    provider: Mapped[str | None]
    provider_ref: Mapped[str | None]
    error_code: Mapped[str | None]
    unknown_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    shown_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    ack_seq: Mapped[int | None] = mapped_column(BigInteger)  # the phone's own count, highest seen
    request_id: Mapped[str]
    created_at: Mapped[datetime]


@dataclass(frozen=True)
class NewMessage:
    """A message to be. `dedupe_key` names the decision (subject, person, channel, step): the second one is dropped.

    `held_until`: kept back until then, and summed up with what else waits for the person.
    """

    station_id: UUID
    dedupe_key: str
    urgency: str
    channel: str
    template: str
    subject_kind: str
    expires_at: datetime
    subject_id: UUID | None = None
    person_id: UUID | None = None
    device_id: UUID | None = None
    step: str = ""
    origin_id: UUID | None = None
    variables: dict[str, Any] = field(default_factory=dict)
    not_before: datetime | None = None
    held_until: datetime | None = None


def enqueue(ctx: Ctx, messages: Sequence[NewMessage]) -> list[UUID]:
    """Write the messages in one statement and wake the pusher at commit; returns the ids that are new."""
    if not messages:
        return []
    rows = [
        {
            "id": ctx.new_id(),
            "station_id": message.station_id,
            "dedupe_key": message.dedupe_key,
            "urgency": message.urgency,
            "channel": message.channel,
            "person_id": message.person_id,
            "device_id": message.device_id,
            "subject_kind": message.subject_kind,
            "subject_id": message.subject_id,
            "template": message.template,
            "step": message.step,
            "origin_id": message.origin_id,
            "variables": message.variables,
            "next_at": _first_try(ctx, message),
            "held_until": message.held_until,
            "expires_at": message.expires_at,
            "request_id": ctx.request_id,
            "created_at": ctx.now,
        }
        for message in messages
    ]
    statement = insert(OutboxMessage).on_conflict_do_nothing(index_elements=["dedupe_key"]).returning(OutboxMessage.id)
    ids = list(ctx.session.scalars(statement, rows))
    if ids:
        # The payload says which lanes to wake; equal ones of one transaction are delivered once.
        for lane in {f"{message.urgency}:{message.channel}" for message in messages}:
            ctx.session.execute(text("SELECT pg_notify(:channel, :lane)"), {"channel": CHANNEL, "lane": lane})
    return ids


def _first_try(ctx: Ctx, message: NewMessage) -> datetime:
    if message.held_until is not None:
        return message.held_until + HELD_GRACE
    return message.not_before or ctx.now
