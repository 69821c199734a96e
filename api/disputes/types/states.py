"""The states of a case, and what moves it."""

from enum import StrEnum


class CaseState(StrEnum):
    """Where a case stands."""

    REPORTED = "reported"
    ACCEPTED = "accepted"
    MEDIATING = "mediating"
    SUSPENDED = "suspended"
    SETTLED = "settled"
    CLOSED = "closed"
    FAILED = "failed"
    HANDING_OVER = "handing_over"
    HANDED_OVER = "handed_over"
    REFUSED = "refused"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"


class CaseStep(StrEnum):
    """What can happen to a case."""

    ACCEPT = "accept"
    REFUSE = "refuse"
    BEGIN = "begin"
    SUSPEND = "suspend"
    RESUME = "resume"
    SETTLE = "settle"
    SIGN_OFF = "sign_off"
    FAIL = "fail"
    HAND_OVER = "hand_over"
    TAKEN = "taken"
    DECLINED = "declined"
    REOPEN = "reopen"  # within the window, by a person
    RELAPSE = "relapse"  # a contact found it flaring up again
    MERGE = "merge"
    WITHDRAW = "withdraw"
