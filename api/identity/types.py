"""Roles, permissions and the values identity passes around."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """What a person is to the station; one person may hold several."""

    VOLUNTEER = "volunteer"
    GRID_OFFICER = "grid_officer"
    PATROL_OFFICER = "patrol_officer"
    MEDIATOR = "mediator"
    DISPATCHER = "dispatcher"
    SUPERVISOR = "supervisor"
    STATION_ADMIN = "station_admin"
    AUDITOR = "auditor"


class Permission(StrEnum):
    """What may be done; `rules.MATRIX` says by whom. Names are `noun.verb`."""

    SELF = "self.use"  # own profile, sessions, devices, inbox
    PEOPLE_READ = "people.read"
    PEOPLE_CONTACT = "people.contact"  # a person's full number; always audited
    PEOPLE_MANAGE = "people.manage"
    UNIT_READ = "unit.read"
    UNIT_MANAGE = "unit.manage"
    MEMBER_READ = "member.read"
    MEMBER_MANAGE = "member.manage"
    ROSTER_IMPORT = "roster.import"
    ROSTER_EXPORT = "roster.export"
    COVERAGE_READ = "coverage.read"
    DUTY_SELF = "duty.self"  # own duty state, shifts, positions
    DUTY_READ = "duty.read"
    DUTY_MANAGE = "duty.manage"
    TRAIL_READ = "trail.read"  # another person's positions; always audited
    INCIDENT_REPORT = "incident.report"
    INCIDENT_READ = "incident.read"
    INCIDENT_EDIT = "incident.edit"
    INCIDENT_DISPATCH = "incident.dispatch"
    INCIDENT_CANCEL = "incident.cancel"
    INCIDENT_REVIEW = "incident.review"
    INCIDENT_CALL_BACK = "incident.call_back"
    POLICY_READ = "policy.read"  # how dispatches ask
    POLICY_MANAGE = "policy.manage"
    OFFER_ANSWER = "offer.answer"  # own offers and the task behind an accepted one
    VISIT_DO = "visit.do"  # own visits and their reports
    VISIT_READ = "visit.read"  # every visit of the station
    VISIT_MANAGE = "visit.manage"  # waive, reassign
    VISIT_SIGN_OFF = "visit.sign_off"  # vouch for somebody else's contact
    PLAN_MANAGE = "plan.manage"  # visit plan templates
    DISPUTE_FILE = "dispute.file"  # take one in
    DISPUTE_READ = "dispute.read"  # the list, masked; whole cases by need to know
    DISPUTE_EDIT = "dispute.edit"  # cases one needs to know, their parties and colour
    DISPUTE_SEARCH = "dispute.search"  # look a person up; always audited
    DISPUTE_MERGE = "dispute.merge"  # merge, split
    DISPUTE_IMPORT = "dispute.import"
    DISPUTE_EXPORT = "dispute.export"
    DISPUTE_MANAGE = "dispute.manage"  # weights, deadlines, who is named for strict cases
    DISPUTE_MEDIATE = "dispute.mediate"  # sessions, agreements, what is promised in them
    DISPUTE_DIRECT = "dispute.direct"  # accept, team, pause, hand over, waive, fail, open again
    DISPUTE_SIGN_OFF = "dispute.sign_off"  # close what somebody else mediated
    TEMPLATE_MANAGE = "template.manage"  # wordings as providers register them
    MESSAGE_READ = "message.read"  # delivery state of the station's messages
    NOTICE_WRITE = "notice.write"  # a notice to everybody in an area
    NOTICE_APPROVE = "notice.approve"  # the second person's word, above the station's limit
    NOTICE_READ = "notice.read"  # the station's notices, and who has read them
    REACH_MANAGE = "reach.manage"  # the station's quiet hours, limits and tests
    REPORT_READ = "report.read"  # numbers of the station, and who can be reached
    FILE_UPLOAD = "file.upload"  # photos and papers, to be given to what they belong to
    DISPUTE_ERASE = "dispute.erase"  # who a party was, on request
    RETENTION_MANAGE = "retention.manage"  # how long what is kept
    AUDIT_READ = "audit.read"


class PersonStatus(StrEnum):
    """Whether somebody belongs to the station now."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    LEFT = "left"


class PersonEvent(StrEnum):
    """What changes a person's status."""

    SUSPEND = "suspend"
    REACTIVATE = "reactivate"
    LEAVE = "leave"


class SessionState(StrEnum):
    """Whether a sign-in still holds."""

    ACTIVE = "active"
    REVOKED = "revoked"
    EXPIRED = "expired"


class SessionEvent(StrEnum):
    """What ends a session."""

    REVOKE = "revoke"
    EXPIRE = "expire"


class DeviceState(StrEnum):
    """Whether a push registration may be rung."""

    ACTIVE = "active"
    RETIRED = "retired"


class DeviceEvent(StrEnum):
    """What ends a push registration."""

    RETIRE = "retire"


class PushProvider(StrEnum):
    """Who carries the push. Grows; a provider without a gateway is refused, or its owner would be rung by nobody."""

    FCM = "fcm"
    WEBPUSH = "webpush"  # browsers, and UnifiedPush on phones without Google services


class Platform(StrEnum):
    """What the app runs on."""

    ANDROID = "android"
    IOS = "ios"
    HARMONY = "harmony"
    WEB = "web"


class Language(StrEnum):
    """What a person is written to in."""

    ZH = "zh-CN"
    EN = "en"


class PhoneKind(StrEnum):
    """Whether a number can receive an SMS."""

    MOBILE = "mobile"
    LANDLINE = "landline"


@dataclass(frozen=True)
class Phone:
    """A number in E.164 and its kind."""

    e164: str
    kind: PhoneKind


@dataclass(frozen=True)
class NewPerson:
    """Somebody to enrol; `phone` as typed."""

    name: str
    phone: str
    roles: tuple[Role, ...] = (Role.VOLUNTEER,)
    language: Language = Language.ZH


@dataclass(frozen=True)
class Contact:
    """How to reach a person: name and number in clear, for the moment of sending."""

    person_id: UUID
    name: str
    phone: str
    language: str
    phone_kind: str = PhoneKind.MOBILE


@dataclass(frozen=True)
class Registration:
    """A push address that may be rung now."""

    device_id: UUID
    person_id: UUID
    provider: str
    token: str
    platform: str


@dataclass(frozen=True)
class Profile:
    """A person as colleagues see one: the number masked."""

    id: UUID
    station_id: UUID
    name: str
    phone: str
    phone_kind: str
    language: str
    roles: tuple[str, ...]
    permissions: tuple[str, ...]
    status: str
    username: str | None
    has_second_factor: bool
    version: int
    created_at: datetime


@dataclass(frozen=True)
class SignedIn:
    """What a successful sign-in or refresh gives."""

    access_token: str
    expires_in: int
    refresh_token: str
    person: Profile


@dataclass(frozen=True)
class CodeProof:
    """An SMS code offered for a number, from an address, for one of the number's stations."""

    phone: str
    code: str
    address: str
    station_id: UUID | None = None
    device_label: str | None = None


@dataclass(frozen=True)
class PasswordProof:
    """A password and second factor offered for a username, from an address."""

    username: str
    password: str
    totp: str
    address: str
    device_label: str | None = None


@dataclass(frozen=True)
class PersonEdit:
    """What an edit changes; None leaves it."""

    name: str | None = None
    phone: str | None = None
    language: Language | None = None


@dataclass(frozen=True)
class NewDevice:
    """A push registration as the phone sends it."""

    install_id: str
    provider: PushProvider
    token: str
    platform: Platform


@dataclass(frozen=True)
class SessionView:
    """A sign-in as its owner sees it."""

    id: UUID
    method: str
    device_label: str | None
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    current: bool


@dataclass(frozen=True)
class DeviceView:
    """A push registration as its owner sees it; the token is never shown again."""

    id: UUID
    install_id: str
    provider: str
    platform: str
    registered_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True)
class TrackerView:
    """A tracking app as its owner sees it; its token was shown once."""

    id: UUID
    label: str
    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True)
class NewTracker:
    """A tracker that was just given its token, which is never shown again."""

    id: UUID
    token: str
