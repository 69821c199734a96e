"""What is printed: plain values, everything already looked up."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True)
class PrintedParty:
    """A party as the paper names it; what is not known is left out."""

    role: str
    name: str
    sex: str | None = None
    document_number: str | None = None
    phone: str | None = None
    address: str | None = None
    acts_for: str | None = None


@dataclass(frozen=True)
class PrintedPromise:
    """One promise, its people by name."""

    number: int
    debtor: str
    creditor: str | None
    what: str
    amount: Decimal | None
    due_on: date


@dataclass(frozen=True)
class Stamp:
    """What every paper carries: whose it is, its reference, when it was printed, and the id in the file."""

    station: str
    ref: str
    printed_at: datetime
    document_id: UUID


@dataclass(frozen=True)
class PrintedAgreement:
    """An agreement. `confirm_by`: the last day of the joint request, None where no court can confirm it."""

    stamp: Stamp
    number: int
    category: str
    parties: tuple[PrintedParty, ...]
    summary: str
    terms: str
    promises: tuple[PrintedPromise, ...]
    agreed_at: datetime
    confirm_by: date | None
    mediators: tuple[str, ...]
    body: str | None


@dataclass(frozen=True)
class PrintedSession:
    """One session of a record."""

    number: int
    state: str
    at: datetime
    place: str | None
    present: tuple[str, ...]
    absent: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class PrintedRecord:
    """The record of a case: every session that has an outcome."""

    stamp: Stamp
    category: str
    parties: tuple[PrintedParty, ...]
    mediators: tuple[str, ...]
    sessions: tuple[PrintedSession, ...]


@dataclass(frozen=True)
class Errand:
    """One line of a day's list. `who`: parties, masked; empty for a strict case."""

    when: str
    ref: str
    colour: str
    who: str
    where: str
    note: str


@dataclass(frozen=True)
class DayList:
    """What one mediator has to do today."""

    stamp: Stamp
    mediator: str
    sessions: tuple[Errand, ...]
    visits: tuple[Errand, ...]
    promises: tuple[Errand, ...]
