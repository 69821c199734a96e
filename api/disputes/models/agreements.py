"""What the parties agreed on: the terms, and every promise in them as a row of its own."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ForeignKey, Numeric, SmallInteger, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.orm import Mapped, mapped_column

from api.plumbing.crypto import Sealed
from api.plumbing.db import Base, Id, Version


class Agreement(Base):
    """An agreement, never edited: other terms are another agreement. `confirm_*`: its judicial confirmation."""

    __tablename__ = "dispute_agreements"

    id: Mapped[Id]
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"))
    station_id: Mapped[UUID]
    round: Mapped[int] = mapped_column(SmallInteger)
    number: Mapped[int] = mapped_column(SmallInteger)
    form: Mapped[str]
    way: Mapped[str]
    body: Mapped[str | None]  # who brought it about
    terms: Mapped[str] = mapped_column(Sealed("dispute_agreements.terms"))
    agreed_at: Mapped[datetime]
    made_by: Mapped[UUID | None]
    made_at: Mapped[datetime]
    confirm_state: Mapped[str]
    confirm_by: Mapped[date]
    confirm_on: Mapped[date | None]  # the day of its latest step
    court: Mapped[str | None]
    confirm_number: Mapped[str | None]
    version: Mapped[Version]


class Obligation(Base):
    """One promise: who owes what to whom by when. Overdue from `overdue_at`; `level`: rungs it has climbed."""

    __tablename__ = "dispute_obligations"

    id: Mapped[Id]
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"))
    station_id: Mapped[UUID]
    agreement_id: Mapped[UUID] = mapped_column(ForeignKey("dispute_agreements.id"))
    number: Mapped[int] = mapped_column(SmallInteger)
    kind: Mapped[str]
    debtor_id: Mapped[UUID] = mapped_column(ForeignKey("dispute_parties.id"))
    creditor_id: Mapped[UUID | None] = mapped_column(ForeignKey("dispute_parties.id"))
    what: Mapped[str] = mapped_column(Sealed("dispute_obligations.what"))
    amount: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    due_on: Mapped[date]
    overdue_at: Mapped[datetime]
    state: Mapped[str]
    level: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    performed_on: Mapped[date | None]
    evidence_files: Mapped[list[UUID]] = mapped_column(ARRAY(PgUUID(as_uuid=True)), server_default=text("'{}'"))
    evidence_note: Mapped[str | None] = mapped_column(Sealed("dispute_obligations.evidence_note"))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    decision_note: Mapped[str | None] = mapped_column(Sealed("dispute_obligations.decision_note"))
    version: Mapped[Version]
