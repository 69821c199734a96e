"""The words of the work side: sessions, obligations, hand-overs, confirmation, decisions."""

from enum import StrEnum


class SessionState(StrEnum):
    """What became of a mediation session."""

    PLANNED = "planned"
    HELD = "held"
    ADJOURNED = "adjourned"
    PARTY_ABSENT = "party_absent"
    CANCELLED = "cancelled"


class SessionStep(StrEnum):
    """What can happen to a session. One that is to be on another day is cancelled, and another is planned."""

    HOLD = "hold"
    ADJOURN = "adjourn"
    MISS = "miss"  # a party did not come
    CANCEL = "cancel"


class ObligationState(StrEnum):
    """Where a promise of an agreement stands. `void`: another agreement took its place, or the case failed."""

    DUE = "due"
    OVERDUE = "overdue"
    PERFORMED = "performed"
    WAIVED = "waived"
    BROKEN = "broken"
    VOID = "void"


class ObligationStep(StrEnum):
    """What can happen to a promise."""

    FALL_OVERDUE = "fall_overdue"
    PERFORM = "perform"
    WAIVE = "waive"
    BREAK = "break"
    VOID = "void"


class ObligationKind(StrEnum):
    """What was promised."""

    PAY = "pay"
    DO = "do"
    REFRAIN = "refrain"
    APOLOGISE = "apologise"
    MOVE = "move"


class HandOverState(StrEnum):
    """Whether the other side has taken a case."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class HandOverStep(StrEnum):
    """What can happen to a hand-over."""

    ACCEPT = "accept"
    DECLINE = "decline"
    WITHDRAW = "withdraw"


class ReceiverKind(StrEnum):
    """Whom a case is handed to: a station that works here, or a department that does not."""

    STATION = "station"
    DEPARTMENT = "department"


class ConfirmationState(StrEnum):
    """The joint request for judicial confirmation of an agreement. `lapsed`: its time ran out without one."""

    POSSIBLE = "possible"
    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    NOT_WANTED = "not_wanted"
    LAPSED = "lapsed"


class ConfirmationStep(StrEnum):
    """What can happen to it."""

    REQUEST = "request"
    CONFIRM = "confirm"
    REJECT = "reject"
    RENOUNCE = "renounce"
    LAPSE = "lapse"


class AgreementForm(StrEnum):
    """How an agreement was made; an oral one is recorded all the same."""

    WRITTEN = "written"
    ORAL = "oral"


class RefusalReason(StrEnum):
    """Why a dispute is not taken up."""

    NOT_OURS = "not_ours"
    IN_COURT = "in_court"
    CRIMINAL = "criminal"
    NOT_WANTED = "not_wanted"  # a party does not want mediation
    DUPLICATE = "duplicate"
    OTHER = "other"


class Road(StrEnum):
    """Where the parties can go when mediation has failed."""

    LITIGATION = "litigation"
    ARBITRATION = "arbitration"
    ADMINISTRATIVE = "administrative"


class Untold(StrEnum):
    """Why a party was not texted, and has to be told in person."""

    NO_PHONE = "no_phone"
    LANDLINE = "landline"
    MINOR = "minor"
    STRICT = "strict"  # a text on a shared phone can harm whoever it is for


class RatingStage(StrEnum):
    """What the page of a rating link shows."""

    ASK = "ask"
    THANKS = "thanks"
    EXPIRED = "expired"


class WorkEvent(StrEnum):
    """A line the work writes into a case's timeline, beside `EventKind`."""

    TEAM = "team"
    SESSION = "session"
    SESSION_LATE = "session_late"
    AGREEMENT = "agreement"
    OBLIGATION = "obligation"
    CONFIRMATION = "confirmation"
    HAND_OVER = "hand_over"
    CONTACT = "contact"
    TOLD = "told"
    RATED = "rated"
