"""Points as JSON scalars for signing, and when one says nothing any more."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from api.live.types import Place, Point, Witness

# Whoever changes what ids hold counts this up: everybody begins anew.
VERSION = 1
# The boards' log is kept three times as long, so that an id is refused before anything it needs is gone.
BOARD_LIVES = timedelta(hours=1)


def write_point(point: Point) -> list[Any]:
    """The values of an id."""
    seen = point.witness
    return [VERSION, point.base, point.at_us, [seen.id, seen.at] if seen else None, point.upto, *point.place]


def span_values(began: Point, ended: Point, place: Place) -> list[Any]:
    """The values of the id of a line between two points."""
    return write_point(Point(began.base, ended.at_us, ended.witness, ended.base, place))


def read_point(values: Sequence[Any]) -> Point | None:
    """The point behind an id's values; None for another release's form."""
    if not values or values[0] != VERSION:
        return None
    _, base, at_us, seen, upto, *place = values
    return Point(base, at_us, Witness(*seen) if seen else None, upto, Place(*place))


def is_too_old(point: Point, now: datetime, lives: timedelta) -> bool:
    """Whether what lies between may be gone, for ids that live so long."""
    return timedelta(microseconds=round(now.timestamp() * 1_000_000) - point.at_us) > lives


def is_ahead(point: Point, snapshot: str) -> bool:
    """Whether it has seen transactions that this database has not begun yet: it is another one, or was restored."""
    begun = [int(seen.split(":")[1]) for seen in (point.base, point.upto) if seen]
    return max(begun) > int(snapshot.split(":")[1])
