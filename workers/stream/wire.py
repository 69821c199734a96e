"""Events as bytes, made once for all who get the same, and ids that nobody can craft."""

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

from api.duty.rules.privacy import Grain
from api.http.bodies import encode_json
from api.kernel.paging import BadCursor, decode_cursor, encode_cursor
from api.live.rules import read_point, span_values, write_frame, write_point
from api.live.types import Change, LiveEvent, Place, Point
from api.plumbing.signing import signer

PURPOSE = "stream"


class Event:
    """One event, as a frame of the stream and as an item of a poll."""

    def __init__(self, name: LiveEvent, data: Mapping[str, Any], event_id: str | None = None) -> None:
        self.name, self.id = name, event_id
        self.data = encode_json(data)

    @cached_property
    def frame(self) -> bytes:
        """As it goes over a stream."""
        return write_frame(self.name, self.data, self.id)

    @property
    def item(self) -> bytes:
        """As it stands in the answer to a poll."""
        head = encode_json({"event": self.name.value, "id": self.id})
        return head[:-1] + b',"data":' + self.data + b"}"


class Told:
    """One change as events: one per grain, since people are shown places as exactly as they may see them."""

    def __init__(self, began: Point, ended: Point, change: Change) -> None:
        self.change = change
        self._id = sign_place(began, ended, change.line.place) if change.has_id else None
        self._events: dict[Grain | None, Event] = {}

    def event_for(self, grain: Grain) -> Event:
        """As a reader of this grain gets it."""
        key = grain if grain in self.change.rows else None
        if key not in self._events:
            self._events[key] = Event(LiveEvent.CHANGE, self._data(key), self._id)
        return self._events[key]

    def _data(self, key: Grain | None) -> dict[str, Any]:
        change = self.change
        data: dict[str, Any] = {
            "scope": change.scope,
            "collection": change.collection,
            "id": change.row_id,
            "op": change.op,
            "at": change.line.at,
        }
        if change.incident_id is not None:
            data["incident_id"] = change.incident_id
        if key in change.rows:
            data["row"] = change.rows[key]
        return data


def mark_event(name: LiveEvent, point: Point, at: datetime, **more: Any) -> Event:
    """An event from which a client goes on at `point`."""
    return Event(name, {"at": at, **more}, sign_point(point))


def sign_point(point: Point) -> str:
    """The id behind which everything after this point is new."""
    return encode_cursor(write_point(point), purpose=PURPOSE, key=signer.key(PURPOSE))


def sign_place(began: Point, ended: Point, place: Place) -> str:
    """The id of a line read between two points."""
    return encode_cursor(span_values(began, ended, place), purpose=PURPOSE, key=signer.key(PURPOSE))


def open_id(event_id: str) -> Point | None:
    """The point behind an id; None for one that is not ours, or of another release's form."""
    try:
        return read_point(decode_cursor(event_id, purpose=PURPOSE, key=signer.key(PURPOSE)))
    except (BadCursor, ValueError, TypeError):
        return None
