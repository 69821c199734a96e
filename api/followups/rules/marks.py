"""What the time of a report means for its visit. Everything is accepted; the marks say how it was taken."""

from dataclasses import dataclass
from datetime import datetime

from api.followups.types import Mark, PlanState, Visit, VisitState


@dataclass(frozen=True)
class Standing:
    """A report beside its visit: when it was made and received, what else is known of the plan.

    `settled_at` is the settlement the visit was counted from. `overtaken`: a later contact or settlement is known.
    """

    visit: Visit
    settled_at: datetime
    plan_state: PlanState
    occurred_at: datetime
    received_at: datetime
    overtaken: bool = False


def marks_of(standing: Standing) -> tuple[Mark, ...]:
    """Every mark that applies, in the order of `Mark`."""
    visit, at = standing.visit, standing.occurred_at
    before = at < standing.settled_at
    found = {
        Mark.BEFORE_SETTLEMENT: before,
        Mark.EARLY: not before and at < visit.due_at,
        Mark.MADE_LATE: at >= visit.overdue_at,
        Mark.REPORTED_LATE: at < visit.overdue_at <= standing.received_at,
        Mark.AFTER_CLOSING: standing.plan_state is PlanState.CLOSED or visit.state is VisitState.WAIVED,
        Mark.REPEAT: visit.state is VisitState.DONE,
        Mark.SUPERSEDED: standing.overtaken,
    }
    return tuple(mark for mark, applies in found.items() if applies)


def makes_visit(marks: tuple[Mark, ...]) -> bool:
    """Whether a report so marked may make its visit done: not when it lies before the visit's own window."""
    return not {Mark.BEFORE_SETTLEMENT, Mark.EARLY, Mark.REPEAT} & set(marks)


def bears_on_plan(marks: tuple[Mark, ...]) -> bool:
    """Whether a report so marked says how things stand now: not what a settlement or a later contact has overtaken."""
    return not {Mark.BEFORE_SETTLEMENT, Mark.SUPERSEDED} & set(marks)
