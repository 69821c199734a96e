"""One summary per person: however many visits moved, each channel rings once."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

from api.followups.rules.ladder import CHIEF, LEAD, OWNER, SUPERVISOR, is_owned, people_at
from api.followups.types import Ladder, Ward
from api.grids.types import STATION_ZONE

DAY_BEGINS, DAY_ENDS = time(7, 30), time(21, 30)


@dataclass(frozen=True)
class MovedGroup:
    """How many visits of one ward moved in a run. `climbed`: by the rung they reached, lead first."""

    ward: Ward
    soon: int
    due: int
    overdue: int
    climbed: tuple[int, int, int]


@dataclass(frozen=True)
class Digest:
    """Who is to be told of a run.

    `lists`: the people behind each owner id whose list changed. `soon`: visits a person is reminded of before they are
    due. `escalated`: visits that climbed to a person. `nobody`: visits that called for somebody where nobody is.
    """

    lists: Mapping[UUID, frozenset[UUID]]
    soon: Mapping[UUID, int]
    escalated: Mapping[UUID, int]
    stations: Mapping[UUID, UUID]
    nobody: int

    @property
    def owners(self) -> frozenset[UUID]:
        """Everybody whose own list changed."""
        return frozenset().union(*self.lists.values())


def is_waking(moment: datetime) -> bool:
    """Whether people may be told of something that can wait for the morning."""
    return DAY_BEGINS <= moment.astimezone(STATION_ZONE).time() < DAY_ENDS


def sum_up(groups: Iterable[tuple[MovedGroup, Ladder]]) -> Digest:
    """The digest of a run over its groups and their ladders."""
    lists: dict[UUID, frozenset[UUID]] = {}
    soon: Counter[UUID] = Counter()
    escalated: Counter[UUID] = Counter()
    stations: dict[UUID, UUID] = {}
    nobody = 0
    for group, ladder in groups:
        stations |= dict.fromkeys(frozenset().union(*ladder.rungs), group.ward.station_id)
        if group.ward.owner.id is not None and group.soon + group.due + group.overdue:
            lists[group.ward.owner.id] = ladder.rungs[OWNER]
            soon.update(dict.fromkeys(ladder.rungs[OWNER], group.soon))
        for rung, count in _calls(group, ladder):
            people = people_at(ladder, rung)
            nobody += 0 if people else count
            escalated.update(dict.fromkeys(people, count))
    return Digest(lists, soon, escalated, stations, nobody)


def _calls(group: MovedGroup, ladder: Ladder) -> list[tuple[int, int]]:
    lead, supervisor, chief = group.climbed
    # What nobody owns calls for the next rung the moment it is due, and again when it is overdue.
    unowned = 0 if is_owned(ladder) else group.due + group.overdue
    calls = [(LEAD, unowned + lead), (SUPERVISOR, supervisor), (CHIEF, chief)]
    return [(rung, count) for rung, count in calls if count]
