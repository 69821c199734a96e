"""Values of the work side: team, sessions, agreements and what is promised in them, hand-overs, ratings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from api.disputes.types.words import MediatorKind
from api.disputes.types.work import (
    AgreementForm,
    ConfirmationStep,
    ObligationKind,
    RatingStage,
    ReceiverKind,
    RefusalReason,
    Road,
    SessionStep,
    Untold,
)


@dataclass(frozen=True)
class Refusal:
    """That a dispute is not taken up, and why."""

    dispute_id: UUID
    reason: RefusalReason
    note: str | None = None


@dataclass(frozen=True)
class NewMediator:
    """Somebody who mediates: a person of the station, or somebody without an account, by name.

    `organisation` is the department or committee somebody comes from.
    """

    kind: MediatorKind
    person_id: UUID | None = None
    name: str | None = None
    phone: str | None = None
    organisation: str | None = None
    leads: bool = False


@dataclass(frozen=True)
class TeamOrder:
    """The whole team of a case as it is to be from now on."""

    dispute_id: UUID
    mediators: tuple[NewMediator, ...]
    why: str | None = None


@dataclass(frozen=True)
class SessionPlan:
    """A session to be held."""

    dispute_id: UUID
    planned_at: datetime
    place: str | None = None


@dataclass(frozen=True)
class SessionReport:
    """What became of a session. `present` and `absent` are ids of parties and mediators; `note` says why not held."""

    session_id: UUID
    step: SessionStep
    at: datetime | None = None
    record: str | None = None
    note: str | None = None
    present: frozenset[UUID] = frozenset()
    absent: frozenset[UUID] = frozenset()


@dataclass(frozen=True)
class Promise:
    """What a party promises another, or all, by a day. With `instalments` it is spread over as many months."""

    kind: ObligationKind
    debtor_id: UUID
    what: str
    due_on: date
    creditor_id: UUID | None = None
    amount: Decimal | None = None
    instalments: int = 1


@dataclass(frozen=True)
class Settlement:
    """That the parties have come to terms. `settled_at` None: just now. `way`: a code of the station's list."""

    dispute_id: UUID
    terms: str
    form: AgreementForm
    way: str
    promises: tuple[Promise, ...] = ()
    settled_at: datetime | None = None
    body: str | None = None


@dataclass(frozen=True)
class Performance:
    """That a promise was kept: when, and what shows it (files of the station, a note)."""

    obligation_id: UUID
    performed_on: date
    files: tuple[UUID, ...] = ()
    note: str | None = None


@dataclass(frozen=True)
class ConfirmationReport:
    """A step of the judicial confirmation; `court` and `number` as the court's paper says."""

    agreement_id: UUID
    step: ConfirmationStep
    on: date
    court: str | None = None
    number: str | None = None


@dataclass(frozen=True)
class NewHandOver:
    """A case offered to another station, or to a department outside."""

    dispute_id: UUID
    receiver: ReceiverKind
    reason: str
    station_id: UUID | None = None
    department: str | None = None


@dataclass(frozen=True)
class Failure:
    """That mediation has failed, and the road that remains."""

    dispute_id: UUID
    road: Road
    note: str


@dataclass(frozen=True)
class Told:
    """Who was texted, and which parties have to be told in person, and why."""

    texted: int
    untold: Mapping[UUID, Untold] = field(default_factory=dict)


@dataclass(frozen=True)
class Lack:
    """One thing that keeps a case from being signed off; `count` of the same."""

    code: str
    count: int


@dataclass(frozen=True)
class RatingPage:
    """What a rating link shows: nothing of the case but its public reference."""

    stage: RatingStage
    mark: str
    ref: str = ""


@dataclass(frozen=True)
class Workload:
    """How much one mediator has on their hands now."""

    person_id: UUID
    name: str
    leads: int
    open_cases: int
    overdue_cases: int
    sessions_ahead: int
    obligations_overdue: int
