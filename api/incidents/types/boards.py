"""An incident as a row of the board: where, how urgent, how far. Times are UTC, places WGS-84."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class BoardRow(NamedTuple):
    """One incident on the board; nothing personal.

    `due_at`: when its present step is overdue. `wanted`, `got`: places of its needs that are not over. `asked`: people
    whose answer is waited for; `going`, `there`: on their way, on scene. `exhausted`: nobody is left to ask.
    """

    id: UUID
    ref: str
    kind: str
    category: str
    colour: str
    state: str
    drill: bool
    lat: float
    lon: float
    unit_name: str | None
    reported_at: datetime
    step_since: datetime
    due_at: datetime | None
    ended_at: datetime | None
    version: int
    dispatches: int
    wanted: int
    got: int
    asked: int
    going: int
    there: int
    exhausted: bool
    calls_for_more: int
