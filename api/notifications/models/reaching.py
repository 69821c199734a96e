"""Ladders, who wants no texts, what texts ask to be answered, what came back, and addresses that failed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import SmallInteger, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from api.plumbing.crypto import SealedJson
from api.plumbing.db import Base, Id


class Ladder(Base):
    """One notice climbing from channel to channel until somebody is known to have read it.

    `rung`: the one taken last, -1 before the first. `next_at`: when the next one is due; empty when there is none.
    `batch_id`: those started together, which one timer climbs together.
    """

    __tablename__ = "ladders"
    __table_args__ = (UniqueConstraint("subject_id", "person_id", "step"),)

    id: Mapped[Id]
    batch_id: Mapped[UUID]
    station_id: Mapped[UUID]
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    person_id: Mapped[UUID]
    step: Mapped[str]
    template: Mapped[str]
    urgency: Mapped[str]
    variables: Mapped[dict[str, Any]] = mapped_column(SealedJson("ladders.variables"))
    rungs: Mapped[list[Any]] = mapped_column(JSONB)
    rung: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[str]
    proof: Mapped[str | None]
    proved_at: Mapped[datetime | None]
    next_at: Mapped[datetime | None]
    noted: Mapped[bool] = mapped_column(server_default=text("false"))  # whether its proof is on the area's time line
    expires_at: Mapped[datetime]
    created_at: Mapped[datetime]


class OptOut(Base):
    """A number that wants no texts. The row goes when its owner says so; both are in the trail."""

    __tablename__ = "opt_outs"

    id: Mapped[Id]
    number_index: Mapped[bytes] = mapped_column(unique=True)
    source: Mapped[str]  # reply | provider
    opted_out_at: Mapped[datetime]


class ReplyCode(Base):
    """The two digits by which a text from one number names the question it answers.

    Not given to another question of the same number before `free_at`.
    """

    __tablename__ = "reply_codes"
    __table_args__ = (UniqueConstraint("number_index", "code"), UniqueConstraint("number_index", "subject_id"))

    id: Mapped[Id]
    number_index: Mapped[bytes]
    code: Mapped[int] = mapped_column(SmallInteger)
    station_id: Mapped[UUID]
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    person_id: Mapped[UUID]
    expires_at: Mapped[datetime]
    free_at: Mapped[datetime]


class InboundMessage(Base):
    """A text that came in, once, and what became of it; never what it said."""

    __tablename__ = "inbound_messages"
    __table_args__ = (UniqueConstraint("provider", "ref"),)

    id: Mapped[Id]
    provider: Mapped[str]
    ref: Mapped[str]
    number_index: Mapped[bytes]
    fate: Mapped[str]
    subject_id: Mapped[UUID | None]
    received_at: Mapped[datetime]


class FailedAddressRow(Base):
    """A person's number or token that a provider refused for good, counted."""

    __tablename__ = "failed_addresses"
    __table_args__ = (UniqueConstraint("person_id", "channel", "address_index"),)

    id: Mapped[Id]
    station_id: Mapped[UUID]
    person_id: Mapped[UUID]
    channel: Mapped[str]
    address_index: Mapped[bytes]
    code: Mapped[str]
    count: Mapped[int]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
