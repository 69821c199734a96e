"""States and what moves them."""

from enum import StrEnum


class VisitState(StrEnum):
    """Where a visit is. `missed`: its time ended with the plan; a report that was on its way still makes it done."""

    PLANNED = "planned"
    DUE = "due"
    OVERDUE = "overdue"
    DONE = "done"
    MISSED = "missed"
    WAIVED = "waived"


class VisitEvent(StrEnum):
    """What can happen to a visit."""

    COME_DUE = "come_due"
    FALL_OVERDUE = "fall_overdue"
    REPORT = "report"
    WAIVE = "waive"
    GIVE_UP = "give_up"


class PlanState(StrEnum):
    """Whether a subject is being followed."""

    RUNNING = "running"
    CLOSED = "closed"


class PlanEvent(StrEnum):
    """What can happen to a plan."""

    REGRADE = "regrade"
    RESTART = "restart"
    CLOSE = "close"
