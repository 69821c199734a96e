"""The values followups passes around."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from api.followups.types.states import PlanState, VisitState
from api.followups.types.words import DayRule, Fallback, Mode, Outcome, OwnerKind, Reason, StepUnit, Verdict
from api.kernel.geo import Datum, Point

ANY = "*"  # a template's or scale's subject kind or colour: whatever has none of its own


@dataclass(frozen=True)
class SubjectRef:
    """What is followed. `label` is a public reference (`7K3-9QX2`) that may stand in a calendar, never a name.

    `unit_id` is the grid the subject lies in: its owner is asked when nobody nearer answers. `place` is what evidence
    is compared with.
    """

    kind: str
    id: UUID
    station_id: UUID
    label: str = ""
    unit_id: UUID | None = None
    place: Point | None = None


@dataclass(frozen=True)
class Owner:
    """Who the visits are assigned to; `kind` and `id` are both None when nobody is.

    `lead_id` is the person the first rung of the ladder reaches (a mediation's lead, for one).
    """

    kind: OwnerKind | None = None
    id: UUID | None = None
    lead_id: UUID | None = None


NOBODY = Owner()


@dataclass(frozen=True)
class Step:
    """One visit of a template. Numbers are days or hours by `unit`; `before` and `after` make the window.

    `climbs`: how long after falling overdue the lead, the supervisors and the chief are told. `remind`: how long before
    the window opens its owner is reminded, 0 for not at all.
    """

    offset: int
    mode: Mode
    role: str = "owner"
    unit: StepUnit = StepUnit.DAY
    days: DayRule = DayRule.NEXT_WORKING
    before: int = 0
    after: int = 0
    climbs: tuple[int, int, int] = (1, 2, 4)
    remind: int = 1


@dataclass(frozen=True)
class Template:
    """A version of a plan for one kind of subject and colour; `station_id` None is common to all stations."""

    id: UUID
    station_id: UUID | None
    subject_kind: str
    colour: str
    version: int
    zh: str
    en: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class NewTemplate:
    """A template version to be. `replaces` is the version of the station's own it was edited from, 0 for the first."""

    subject_kind: str
    colour: str
    zh: str
    en: str
    steps: tuple[Step, ...]
    replaces: int = 0


@dataclass(frozen=True)
class OutcomeRule:
    """What an outcome means for a plan.

    `to` names the new colour, or `shift` moves along the scale (1: one graver) after `streak` such outcomes in a row.
    `tries`: as many reports of it as finish a visit. `restart`: the plan starts again.
    """

    shift: int = 0
    to: str | None = None
    streak: int = 1
    tries: int = 1
    restart: bool = False


@dataclass(frozen=True)
class Scale:
    """A version of the colours of one kind of subject, gravest first, and what outcomes do to them.

    `station_id` None is common to all stations.
    """

    subject_kind: str
    version: int
    colours: tuple[str, ...]
    rules: Mapping[Outcome, OutcomeRule]
    station_id: UUID | None = None


@dataclass(frozen=True)
class NewScale:
    """A scale version to be. `replaces` is the version of the station's own it was edited from, 0 for the first."""

    subject_kind: str
    colours: tuple[str, ...]
    rules: Mapping[Outcome, OutcomeRule]
    replaces: int = 0


@dataclass(frozen=True)
class Timing:
    """The clocks of a visit: due from `due_at`, overdue from `overdue_at`.

    `provisional`: a year's working days were not published when it was planned.
    """

    target_on: date
    due_at: datetime
    overdue_at: datetime
    remind_at: datetime | None
    climbs: tuple[datetime, ...]
    provisional: bool

    def first_step_at(self, now: datetime) -> datetime:
        """When the clock first has something to do, if the visit is planned at `now`."""
        return self.remind_at if self.remind_at is not None and self.remind_at > now else self.due_at


@dataclass(frozen=True)
class PlanOrder:
    """A plan to be opened. `skip_past`: leave out visits whose time is over (old cases that are imported)."""

    subject: SubjectRef
    settled_at: datetime
    colour: str
    owner: Owner = NOBODY
    template_id: UUID | None = None
    skip_past: bool = False


@dataclass(frozen=True)
class Fix:
    """A position as evidence."""

    point: Point
    datum: Datum
    accuracy_m: float


@dataclass(frozen=True)
class ContactReport:
    """What a phone reports of a contact. `client_ref` is the phone's name for it: sent again, it is the same.

    `captured_at` is the phone's clock then, `sent_at` the same clock at the moment of this sending; the two tell a
    phone that was offline from one whose clock is wrong. `visited_by`: who made the contact, if not the sender.
    `photos`: files the sender uploaded before.
    """

    client_ref: str
    mode: Mode
    outcome: Outcome
    captured_at: datetime
    sent_at: datetime | None = None
    fix: Fix | None = None
    photo_hashes: tuple[str, ...] = ()
    photos: tuple[UUID, ...] = ()
    visited_by: UUID | None = None
    place_code: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class Sighting:
    """Where and when the same person was last seen by a contact."""

    point: Point
    at: datetime
    accuracy_m: float


@dataclass(frozen=True)
class Shot:
    """What the camera wrote beside a photo, as far as it wrote anything."""

    at: datetime | None = None
    where: Point | None = None


@dataclass(frozen=True)
class Evidence:
    """Everything a verdict is made from."""

    report: ContactReport
    received_at: datetime
    reported_by: UUID
    visited_by: UUID
    expected: frozenset[UUID]
    planned_mode: Mode
    place: Point | None = None
    last: Sighting | None = None
    shots: tuple[Shot, ...] = ()


@dataclass(frozen=True)
class Judgement:
    """A verdict, its reasons, and when the contact really took place by our clock."""

    verdict: Verdict
    reasons: tuple[Reason, ...]
    occurred_at: datetime


@dataclass(frozen=True)
class Plan:
    """A subject's plan as it stands."""

    id: UUID
    station_id: UUID
    subject_kind: str
    subject_id: UUID
    label: str
    state: PlanState
    colour: str
    round: int
    template_id: UUID
    settled_at: datetime
    owner: Owner
    unit_id: UUID | None
    opened_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True)
class Visit:
    """A visit with what a list shows of its plan. `level`: how many rungs it has climbed."""

    id: UUID
    station_id: UUID
    plan_id: UUID
    subject_kind: str
    subject_id: UUID
    label: str
    colour: str
    round: int
    number: int
    mode: Mode
    role: str
    state: VisitState
    target_on: date
    due_at: datetime
    overdue_at: datetime
    provisional: bool
    level: int
    owner: Owner
    done_at: datetime | None
    outcome: Outcome | None
    waive_reason: str | None


@dataclass(frozen=True)
class Contact:
    """A stored report. `counted`: it made the visit done."""

    id: UUID
    visit_id: UUID
    mode: Mode
    outcome: Outcome
    occurred_at: datetime
    received_at: datetime
    reported_by: UUID
    visited_by: UUID
    verdict: Verdict
    reasons: tuple[str, ...]
    marks: tuple[str, ...]
    counted: bool
    fallback: Fallback | None
    confirmed_by: UUID | None
    photo_hashes: tuple[str, ...]
    note: str | None


@dataclass(frozen=True)
class PlanChange:
    """A line of a plan's log: what changed, and why."""

    at: datetime
    kind: str
    colour_was: str | None
    colour: str | None
    why: str | None
    made_by: UUID | None


@dataclass(frozen=True)
class Completion:
    """Whether a plan leaves anything to do before it can be signed off.

    `unconfirmed`: visits made in person whose evidence is doubtful or missing and that nobody vouched for.
    """

    open: int
    missed: int
    unconfirmed: int

    @property
    def complete(self) -> bool:
        """Nothing open, nothing missed without an explanation, nothing unproven."""
        return self.open == self.missed == self.unconfirmed == 0


@dataclass(frozen=True)
class Ward:
    """Everything a ladder is made from: whose visit it is, and who stands next to it."""

    station_id: UUID
    owner: Owner
    unit_id: UUID | None = None


@dataclass(frozen=True)
class Ladder:
    """The people of each rung: owners, lead, supervisors, chiefs."""

    rungs: tuple[frozenset[UUID], ...]


@dataclass(frozen=True)
class RunReport:
    """What a run of the clocks did: visits moved, people told, visits with nobody to tell, and whether more wait."""

    moved: int = 0
    told: int = 0
    nobody: int = 0
    more: bool = False
