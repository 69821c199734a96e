"""The words of followups. Colours are no words but data: see `Scale`."""

from enum import StrEnum


class Mode(StrEnum):
    """How the people are reached. A joint visit is made together with the village cadre."""

    TELEPHONE = "telephone"
    VISIT = "visit"
    JOINT_VISIT = "joint_visit"


class StepUnit(StrEnum):
    """What a step's numbers count."""

    DAY = "day"
    HOUR = "hour"


class DayRule(StrEnum):
    """How days are counted from the settlement.

    `next_working`: calendar days, and a day of rest gives way to the next working day.
    """

    CALENDAR = "calendar"
    NEXT_WORKING = "next_working"
    WORKING = "working"


class OwnerKind(StrEnum):
    """Who a visit is assigned to; a grid means whoever answers for it on the day."""

    PERSON = "person"
    GRID = "grid"
    TEAM = "team"


class Scope(StrEnum):
    """Whose visits: those I am to make, or the overdue ones I am the first to be asked about."""

    MINE = "mine"
    LED = "led"


class Outcome(StrEnum):
    """What was found."""

    CALM = "calm"
    STRAINED = "strained"
    RELAPSED = "relapsed"
    UNREACHABLE = "unreachable"
    MOVED_AWAY = "moved_away"


class Verdict(StrEnum):
    """What the evidence of a contact is worth."""

    PLAUSIBLE = "plausible"
    DOUBTFUL = "doubtful"
    NO_FIX = "no_fix"


class Reason(StrEnum):
    """Why a verdict is what it is."""

    BY_TELEPHONE = "by_telephone"
    NO_POSITION = "no_position"
    COARSE_FIX = "coarse_fix"
    PLACE_UNKNOWN = "place_unknown"
    FAR_AWAY = "far_away"
    CLOCK_OFF = "clock_off"
    CLOCK_UNPROVEN = "clock_unproven"
    CAPTURED_AHEAD = "captured_ahead"
    TOO_FAST = "too_fast"
    OTHER_PHONE = "other_phone"
    NOT_ASSIGNED = "not_assigned"
    OTHER_MODE = "other_mode"
    PHOTO_AT_PLACE = "photo_at_place"  # the one reason that speaks for a contact
    PHOTO_ELSEWHERE = "photo_elsewhere"
    PHOTO_OTHER_TIME = "photo_other_time"


class Mark(StrEnum):
    """What is unusual about the time of a report; each is accepted."""

    BEFORE_SETTLEMENT = "before_settlement"
    EARLY = "early"
    MADE_LATE = "made_late"
    REPORTED_LATE = "reported_late"
    AFTER_CLOSING = "after_closing"
    REPEAT = "repeat"
    SUPERSEDED = "superseded"
    TRY = "try"  # nobody was reached, and the rule asks for another try


class Fallback(StrEnum):
    """What vouches for a contact whose position does not."""

    QR = "qr"
    SUPERVISOR = "supervisor"


class WaiveReason(StrEnum):
    """Why a visit needs not be made: a supervisor's decision, or the plan went another way."""

    NOT_NEEDED = "not_needed"
    MOVED_AWAY = "moved_away"
    DONE_ELSEWHERE = "done_elsewhere"
    DECEASED = "deceased"
    OTHER = "other"
    REGRADED = "regraded"
    RESTARTED = "restarted"
    PLAN_CLOSED = "plan_closed"


# What a person may give; the rest is the engine's own.
DECIDED = frozenset(
    {
        WaiveReason.NOT_NEEDED,
        WaiveReason.MOVED_AWAY,
        WaiveReason.DONE_ELSEWHERE,
        WaiveReason.DECEASED,
        WaiveReason.OTHER,
    }
)


class Change(StrEnum):
    """What a plan's log records."""

    OPENED = "opened"
    REGRADED = "regraded"
    RESTARTED = "restarted"
    REASSIGNED = "reassigned"
    REDATED = "redated"
    CLOSED = "closed"
