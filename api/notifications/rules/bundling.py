"""Which messages repeat themselves, and until when a repetition waits to be summed up."""

from datetime import datetime, timedelta

# Reminders that come once for every open case: whoever has a hundred cases wants to hear that, not a hundred bells.
BUNDLED = frozenset({"step_overdue", "dispute_overdue", "visit_relapsed", "feedback_due", "feedback_returned"})
# More are not told apart: "99" on a lock screen is as good as "112".
MOST_SHOWN = 99


def bundle_until(last: datetime | None, count: int, gap_s: int, now: datetime) -> datetime | None:
    """Until when messages of one sort to one person wait; None when they go out at once.

    `last`: when one went to this person by itself, or in a summary. `count`: how many there are now; several at once
    are one summary at the next round.
    """
    if gap_s <= 0:
        return None
    if last is not None and last + timedelta(seconds=gap_s) > now:
        return last + timedelta(seconds=gap_s)
    return now if count > 1 else None
