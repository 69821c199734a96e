"""Values of the people: enrolments, forces, skills."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from api.grids.types.units import KEEP, Keep, UnitRef
from api.identity.types import Language, Role


class MemberStatus(StrEnum):
    """Whether a member may be asked: only active ones are."""

    PENDING = "pending"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    LEFT = "left"


class MemberEvent(StrEnum):
    """What happens to an enrolment."""

    ACTIVATE = "activate"
    SUSPEND = "suspend"
    RESUME = "resume"
    LEAVE = "leave"
    REJOIN = "rejoin"


@dataclass(frozen=True)
class MemberProfile:
    """What others may know of a member. `skills` holds only those whose certificate is valid today."""

    member_id: UUID
    person_id: UUID
    station_id: UUID
    grid_id: UUID | None
    force: str
    skills: frozenset[str]
    status: str


@dataclass(frozen=True)
class Word:
    """An entry of a station's vocabulary: a force or a skill. `common` ones belong to all stations."""

    code: str
    zh: str
    en: str
    common: bool = True


@dataclass(frozen=True)
class SkillHeld:
    """A skill and its certificate: without `expires_on` it does not lapse, without a number the stored one is kept."""

    skill: str
    expires_on: date | None = None
    certificate_no: str | None = None


@dataclass(frozen=True)
class NewMember:
    """An enrolment to be; `phone` as typed."""

    name: str
    phone: str
    force: str
    grid_id: UUID | None = None
    language: Language = Language.ZH
    roles: tuple[Role, ...] = (Role.VOLUNTEER,)
    skills: tuple[SkillHeld, ...] = ()
    status: MemberStatus = MemberStatus.PENDING
    joined_on: date | None = None


@dataclass(frozen=True)
class MemberEdit:
    """What an edit of a member changes; `skills` replaces the whole list."""

    force: str | None = None
    grid_id: UUID | Keep | None = KEEP
    joined_on: date | None = None
    skills: tuple[SkillHeld, ...] | None = None


@dataclass(frozen=True)
class MemberQuery:
    """Which members to list, in order of enrolment; `skill` must be valid today. `ids`: none for everybody."""

    force: str | None = None
    grid_id: UUID | None = None
    status: MemberStatus | None = None
    skill: str | None = None
    ids: frozenset[UUID] = frozenset()


@dataclass(frozen=True)
class SkillView:
    """A skill as colleagues see it: the certificate's number but for its end."""

    skill: str
    expires_on: date | None
    certificate_no: str | None
    valid: bool


@dataclass(frozen=True)
class MemberView:
    """A member as colleagues see one: the number masked."""

    id: UUID
    person_id: UUID
    name: str
    phone: str
    force: str
    grid: UnitRef | None
    status: str
    joined_on: date
    left_on: date | None
    skills: tuple[SkillView, ...]
    version: int
