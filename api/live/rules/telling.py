"""Who is told of what, and several lines about one thing as one event."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple
from uuid import UUID

from api.identity.types import Permission
from api.live.types import Change, Line, LiveCollection, Op, Reader, Scope

_L = LiveCollection
# What a station's desk is told, and the permission of the route that answers the same.
STATION_SEES: Mapping[LiveCollection, Permission] = {
    _L.INCIDENTS: Permission.INCIDENT_READ,
    _L.TIMELINES: Permission.INCIDENT_READ,
    _L.DISPATCHES: Permission.INCIDENT_READ,
    _L.DUTY: Permission.DUTY_READ,
    _L.SHIFTS: Permission.DUTY_READ,
    _L.VISITS: Permission.VISIT_READ,
    _L.CASES: Permission.DISPUTE_READ,
    _L.NOTICES: Permission.NOTICE_READ,
}
OWN_SEES = (_L.OFFERS, _L.VISITS, _L.NOTICES, _L.CASES, _L.REFERENCE, _L.MESSAGES)
# In the log of what concerns people: somebody joined or left a team, or answers for a unit.
HOLDERS = "holders"
# More rows of one collection at once are one event: load the list.
MOST_ROWS = 200
_List = tuple[UUID, UUID | None, str]


class Told(NamedTuple):
    """What a line is to a client: as whom, and the collection it knows it by."""

    scope: Scope
    collection: LiveCollection


def sees_of(permissions: Collection[str]) -> frozenset[LiveCollection]:
    """The collections of a station's board that somebody with these permissions is told of."""
    return frozenset(name for name, permission in STATION_SEES.items() if permission in permissions)


def told_as(line: Line) -> Told | None:
    """What a line is told as; None for one of a later release."""
    if line.audience is None:
        return Told(Scope.STATION, _L(line.collection)) if line.collection in _NAMES else None
    if line.collection == HOLDERS:
        return Told(Scope.OWN, _L.VISITS)
    return Told(Scope.OWN, _L(line.collection)) if line.collection in _NAMES else None


_NAMES = frozenset(name.value for name in LiveCollection)


def concerns(change: Change, reader: Reader) -> bool:
    """Whether this reader is told of it."""
    if change.scope is Scope.OWN:
        return change.line.audience in reader.audiences
    return change.line.station_id == reader.station_id and change.collection in reader.sees


def collapse(lines: Iterable[Line], most: int = MOST_ROWS) -> list[Line]:
    """Each row once, at its last place; too many rows of one collection as one line without a row."""
    last: dict[tuple[_List, UUID | None], Line] = {}
    for line in lines:
        key = (line.station_id, line.audience, line.collection), line.row_id
        last.pop(key, None)
        last[key] = line
    counts = Counter(of for of, _ in last)
    crowds = {of for of, count in counts.items() if count > most or (of, None) in last}
    kept = [line for (of, _), line in last.items() if of not in crowds]
    for crowd in crowds:
        newest = max((line for (of, _), line in last.items() if of == crowd), key=lambda line: line.place)
        kept.append(newest._replace(row_id=None, about_id=None))
    return sorted(kept, key=lambda line: line.place)


def gathered(lines: Iterable[Line]) -> list[Change]:
    """The events of lines, without rows. A change of a dispatch is a change of its incident's row on the board too."""
    changes: list[Change] = []
    boards: dict[tuple[UUID, UUID | None], Change] = {}
    for line in lines:
        told = told_as(line)
        if told is None:
            continue
        whole = line.row_id is None or line.collection == HOLDERS
        row_id = None if whole else line.row_id
        change = Change(line, told.scope, told.collection, Op.LIST if whole else Op.UPSERT, row_id, line.about_id)
        changes.append(change)
        if told.scope is Scope.STATION and told.collection in (_L.INCIDENTS, _L.DISPATCHES, _L.TIMELINES):
            incident = row_id if told.collection is _L.INCIDENTS else line.about_id
            key = (line.station_id, None if whole else incident)
            alone = told.collection is _L.INCIDENTS
            boards[key] = Change(line, Scope.STATION, _L.INCIDENTS, change.op, key[1], has_id=alone)
    others = [change for change in changes if (change.scope, change.collection) != (Scope.STATION, _L.INCIDENTS)]
    # Before what it was made of: a client that has the second one's id has got both.
    return sorted(
        [*others, *boards.values()], key=lambda change: (change.line.place, change.collection != _L.INCIDENTS)
    )
