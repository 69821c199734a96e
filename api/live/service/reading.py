"""Reading what is new: once for everybody who is connected, and once for somebody who comes back."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from api.live.queries import Concern, Head, Span, find_head, lines_for, lines_of_stations
from api.live.rules import collapse, concerns, gathered, is_ahead, is_too_old
from api.live.rules.points import BOARD_LIVES
from api.live.service.rows import with_rows
from api.live.types import START, Change, Line, LiveCollection, Place, Point, Reader, ResetReason
from api.plumbing.changes import CURSOR_LIVES
from api.plumbing.context import Ctx

# One reading of the logs; what is beyond comes with the next one, at once.
MOST_LINES = 5_000
# Beyond this, fetching the lists anew costs a client less than being told everything.
MOST_BACKLOG = 2_000


@dataclass(frozen=True)
class News:
    """What was found between two points. `point`: how far the logs are read; `is_strange`: another database answers."""

    began: Point
    point: Point
    changes: list[Change]
    is_strange: bool = False


class Backlog(NamedTuple):
    """What somebody who comes back has missed: changes with the points their ids lie between, or why there is none."""

    changes: list[tuple[Point, Point, Change]]
    reset: ResetReason | None = None


def head_now(ctx: Ctx) -> Point:
    """Where the logs end."""
    return find_head(ctx.session, None).point


def news_since(ctx: Ctx, point: Point, stations: Collection[UUID]) -> News:
    """Everything new at these stations, each row once, with what its readers may see of it."""
    head = find_head(ctx.session, point.witness)
    if head.is_strange or is_ahead(point, head.point.base):
        return News(point, head.point, [], is_strange=True)
    if not stations or head.point.base == point.base:
        return News(point, head.point, [])
    lines: list[Line] = []
    after, more = START, True
    while more:
        page = lines_of_stations(ctx.session, Span(point.base, head.point.base, after), stations, limit=MOST_LINES)
        lines, more = collapse((*lines, *page)), len(page) == MOST_LINES
        after = page[-1].place if page else after
    return News(point, head.point, with_rows(ctx.session, gathered(lines)))


def backlog_for(ctx: Ctx, reader: Reader, point: Point, upto: Point) -> Backlog:
    """What concerns one reader between their id's point and the one from which they are told live."""
    head = find_head(ctx.session, point.witness)
    if reason := _reset(head, reader, point):
        return Backlog([], reason)
    concern = Concern(reader.audiences, reader.station_id, _logged(reader.sees))
    changes: list[tuple[Point, Point, Change]] = []
    for began, ended, after in _spans(point, upto):
        lines = lines_for(ctx.session, Span(began.base, ended.base, after), concern, limit=MOST_LINES)
        if len(lines) == MOST_LINES:
            return Backlog([], ResetReason.TOO_MUCH)
        own = (change for change in gathered(collapse(lines)) if concerns(change, reader))
        changes += [(began, ended, change) for change in with_rows(ctx.session, own)]
    if len(changes) > MOST_BACKLOG:
        return Backlog([], ResetReason.TOO_MUCH)
    return Backlog(changes)


def _reset(head: Head, reader: Reader, point: Point) -> ResetReason | None:
    if head.is_strange or is_ahead(point, head.point.base):
        return ResetReason.UNKNOWN
    lives: timedelta = BOARD_LIVES if reader.sees else CURSOR_LIVES
    return ResetReason.TOO_OLD if is_too_old(point, head.now, lives) else None


def _spans(point: Point, upto: Point) -> Iterable[tuple[Point, Point, Place]]:
    """What is left of the reading that the point lies in, then everything after it."""
    seen = point
    if point.upto is not None:
        seen = replace(point, base=point.upto, upto=None, place=START)
        yield replace(point, upto=None, place=START), seen, point.place
    yield seen, upto, START


def _logged(sees: Collection[LiveCollection]) -> list[str]:
    return [name.value for name in sees]
