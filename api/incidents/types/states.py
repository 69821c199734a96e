"""The states of an incident, a dispatch, a need, an offer and a feedback, and what moves each."""

from enum import StrEnum


class IncidentState(StrEnum):
    """Where an incident stands. Only `closed` and `cancelled` are ends; what was closed may be opened again."""

    REPORTED = "reported"
    DISPATCHING = "dispatching"
    UNDERWAY = "underway"
    IN_REVIEW = "in_review"
    CALLING_BACK = "calling_back"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class IncidentStep(StrEnum):
    """What can happen to an incident."""

    DISPATCH = "dispatch"
    SET_OFF = "set_off"
    ALL_DROPPED = "all_dropped"
    ALL_REPORTED = "all_reported"
    RETURN = "return"
    APPROVE = "approve"
    CLOSE = "close"
    REOPEN = "reopen"
    CANCEL = "cancel"


class DispatchState(StrEnum):
    """Whether a dispatch is still looking for people."""

    ASKING = "asking"
    FILLED = "filled"
    EXHAUSTED = "exhausted"
    ENDED = "ended"


class DispatchStep(StrEnum):
    """What can happen to a dispatch."""

    FILL = "fill"
    EXHAUST = "exhaust"
    ASK_AGAIN = "ask_again"
    REOPEN = "reopen"
    END = "end"


class NeedState(StrEnum):
    """Whether a place of a need is free."""

    OPEN = "open"
    FILLED = "filled"
    ENDED = "ended"


class NeedStep(StrEnum):
    """What can happen to a need."""

    FILL = "fill"
    REOPEN = "reopen"
    END = "end"


class OfferState(StrEnum):
    """One member's part in one dispatch.

    `silent` may still say yes; `stood_down` and `withdrawn` may be asked again.
    """

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    SILENT = "silent"
    WITHDRAWN = "withdrawn"
    STOOD_DOWN = "stood_down"
    ON_THE_WAY = "on_the_way"
    ARRIVED = "arrived"
    DONE = "done"
    DROPPED_OUT = "dropped_out"


class OfferStep(StrEnum):
    """What can happen to an offer."""

    ACCEPT = "accept"
    DECLINE = "decline"
    FALL_SILENT = "fall_silent"
    WITHDRAW = "withdraw"
    STAND_DOWN = "stand_down"
    ASK_AGAIN = "ask_again"
    DEPART = "depart"
    ARRIVE = "arrive"
    FINISH = "finish"
    DROP_OUT = "drop_out"


class FeedbackState(StrEnum):
    """What became of a feedback. A returned one stays as it is; its author writes the next revision."""

    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"


class FeedbackStep(StrEnum):
    """What can happen to a feedback."""

    RETURN = "return"
    APPROVE = "approve"
