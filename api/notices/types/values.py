"""What a notice says, whom it means, and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from api.grids.types import Area
from api.notices.types.words import Category, Severity


@dataclass(frozen=True)
class Words:
    """The text in one language."""

    title: str
    body: str


@dataclass(frozen=True)
class Target:
    """Whom a notice means: where (the whole station, or units with all below them and a drawn area), then who of them.

    Empty `forces` or `roles` means all of them. A drawn area means the members of every grid it reaches into, and
    whoever is on duty inside it.
    """

    whole_station: bool = False
    unit_ids: tuple[UUID, ...] = ()
    area: Area | None = None
    forces: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    on_duty_only: bool = False


@dataclass(frozen=True)
class Draft:
    """A notice as it is written. `open_text`: its words may stand on a lock screen and in a text message."""

    category: Category
    severity: Severity
    zh: Words
    target: Target
    expires_at: datetime
    en: Words | None = None
    open_text: bool = False


@dataclass(frozen=True)
class NoticePolicy:
    """A station's word on notices: above how many recipients somebody else approves, and what a part of a text costs
    (thousandths of a yuan). Version 0 is ours."""

    approve_above: int = 300
    segment_milliyuan: int = 45
    version: int = 0


@dataclass(frozen=True)
class Preview:
    """Whom a notice would reach if it were sent now, and what the text messages would cost."""

    people: int
    by_push: int
    phones: int
    by_sms: int
    unreachable: int
    held: int
    sms_segments: int
    cost_milliyuan: int
    needs_approval: bool


@dataclass(frozen=True)
class NoticeView:
    """A notice as the desk sees it."""

    id: UUID
    state: str
    category: str
    severity: str
    zh: Words
    en: Words | None
    open_text: bool
    whole_station: bool
    unit_ids: tuple[UUID, ...]
    has_area: bool
    forces: tuple[str, ...]
    roles: tuple[str, ...]
    on_duty_only: bool
    expires_at: datetime
    written_by: UUID
    written_at: datetime
    submitted_by: UUID | None
    expected: int | None
    decided_by: UUID | None
    decided_at: datetime | None
    recipients: int
    sent_at: datetime | None
    ended_at: datetime | None
    version: int


@dataclass(frozen=True)
class OwnNotice:
    """A notice as somebody it was meant for reads it."""

    id: UUID
    category: str
    severity: str
    zh: Words
    en: Words | None
    sent_at: datetime
    expires_at: datetime
    read_at: datetime | None


@dataclass(frozen=True)
class Progress:
    """How far a notice came; everybody is counted once, at the furthest point.

    `waiting`: still in the outbox. `summed_up`: told in a summary of several messages. `not_reached`: no address, or
    every try failed.
    """

    recipients: int
    waiting: int
    sent: int
    summed_up: int
    delivered: int
    read: int
    not_reached: int


@dataclass(frozen=True)
class AreaCount:
    """The progress in one grid; None: people who belong to no grid."""

    grid_id: UUID | None
    code: str | None
    name: str | None
    progress: Progress


@dataclass(frozen=True)
class Unread:
    """Somebody who was meant and has not read it."""

    person_id: UUID
    name: str
    grid_code: str | None
    state: str
