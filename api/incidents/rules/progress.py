"""When a dispatch is through, when an incident may be reviewed, and who may close it."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from api.incidents.rules.states import GOING
from api.incidents.types import CallBackOutcome, OfferState, Outcome, Part


def dispatch_is_through(parts: Sequence[Part], *, ended: bool, filled: bool) -> bool:
    """Whether nothing more is to be expected of a dispatch: everybody who went is done and has reported.

    One still asking is through as well when somebody was there and settled it: more people would be disturbed for
    nothing. When all reports say `unable`, the help is still missing and the asking goes on.
    """
    if any(part.state in GOING for part in parts):
        return False
    done = [part for part in parts if part.state is OfferState.DONE]
    if any(part.outcome is None or part.returned for part in done):
        return False
    if ended:
        return True
    return bool(done) and (filled or any(part.outcome is not Outcome.UNABLE for part in done))


def all_reported(through: Iterable[bool], *, feedbacks: int) -> bool:
    """Whether the incident can be reviewed: every dispatch is through, and there is something to review."""
    return feedbacks > 0 and all(through)


def may_review(reviewer: UUID, went: Collection[UUID]) -> bool:
    """A report is checked by somebody who was not there: `went` are the people who ever accepted."""
    return reviewer not in went


def ends_loop(outcome: CallBackOutcome, *, tries: int, allowed: int) -> bool:
    """Whether this call-back closes the incident; `tries` counts this one, if nobody was reached."""
    return outcome is not CallBackOutcome.NOT_REACHED or tries >= allowed


def moment_between(earliest: datetime, claimed: datetime | None, now: datetime) -> datetime:
    """A phone's time as far as it can be true: not before the offer was made, and not in the future."""
    return now if claimed is None else min(max(claimed, earliest), now)
