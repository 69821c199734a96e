"""Who is told when nobody acts. An empty rung is stepped over at once: silence must not wait for an absent person."""

from collections.abc import Iterable
from uuid import UUID

from api.followups.types import Ladder

OWNER, LEAD, SUPERVISOR, CHIEF = range(4)


def make_ladder(
    owners: Iterable[UUID], leads: Iterable[UUID], supervisors: Iterable[UUID], chiefs: Iterable[UUID]
) -> Ladder:
    """The four rungs, bottom up."""
    return Ladder((frozenset(owners), frozenset(leads), frozenset(supervisors), frozenset(chiefs)))


def people_at(ladder: Ladder, rung: int) -> frozenset[UUID]:
    """Whom a step of this rung reaches: the first rung from here up with somebody the rungs below do not have.

    When nobody new stands above, the topmost people there are; empty only for a ladder without anybody.
    """
    below = frozenset().union(*ladder.rungs[:rung])
    for people in ladder.rungs[rung:]:
        if people - below:
            return people - below
    return next((people for people in reversed(ladder.rungs) if people), frozenset())


def is_owned(ladder: Ladder) -> bool:
    """Whether the bottom rung has anybody."""
    return bool(ladder.rungs[OWNER])
