"""What tracking apps say, in their own published forms, as fixes.

OsmAnd and Traccar Client up to 8 send query parameters or a form; Traccar Client from 9 on a `location` with `coords`,
or a list of flat objects; OwnTracks an object that names its `_type`. All of them measure in WGS-84.

Each app keeps a fix until it is answered 2xx, and sends nothing newer before. So what can never be read is left out
here instead of refused: refused, it would be sent again for ever and hold back everything behind it.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from api.duty.types import Fix
from api.kernel.errors import DomainError
from api.kernel.geo import Point

KNOT_MPS, KMH_MPS = 0.514444, 1 / 3.6
# An app that says nothing of the accuracy: taken for a poor fix that still counts.
UNSAID_ACCURACY_M = 100.0
# Of a dilution of precision, for the receivers of phones.
METRES_OF_HDOP = 5.0
_WORST_ACCURACY_M, _FASTEST_MPS = 100_000.0, 1_000.0
# Seconds reach this in 2038; milliseconds passed it in January 1970.
_SECONDS_END = 2**31 - 1
# Nearer to nothing than the columns can tell.
_LEAST = 1e-37
_TRUE = ("true", "1")


def read_osmand(said: Mapping[str, Any], now: datetime) -> Fix | None:
    """The fix in OsmAnd's parameters; None for one that cannot be used."""
    place = str(said["location"]).partition(",")[::2] if "location" in said else (said.get("lat"), said.get("lon"))
    if not _is_true(said.get("valid", True)) or _is_true(said.get("mock")):
        return None
    hdop = _number(said.get("hdop"))
    accuracy = said.get("accuracy", None if hdop is None else hdop * METRES_OF_HDOP)
    heading = said.get("bearing", said.get("heading"))
    return _fix(place, said.get("timestamp", now.timestamp()), accuracy, (said.get("speed"), KNOT_MPS), heading)


def read_traccar(said: Mapping[str, Any], now: datetime) -> list[Fix | None]:
    """The fixes in a JSON object of Traccar Client: its `location` is one or a list; without one it is flat."""
    found = said.get("location")
    if isinstance(found, dict | list):
        return [_located(each) for each in (found if isinstance(found, list) else [found])]
    return [read_osmand(said, now)]


def read_owntracks(said: Any) -> Fix | None:
    """The fix in an OwnTracks object; None for every other `_type`."""
    if not isinstance(said, dict) or said.get("_type") != "location":
        return None
    return _fix(
        (said.get("lat"), said.get("lon")),
        said.get("tst"),
        said.get("acc"),
        (said.get("vel"), KMH_MPS),
        said.get("cog"),
    )


def read_bodies(body: Any, now: datetime) -> list[Fix]:
    """Every usable fix of a JSON body of Traccar Client, one object or a list of them."""
    objects: Sequence[Any] = body if isinstance(body, list) else [body]
    found = [fix for each in objects if isinstance(each, dict) for fix in read_traccar(each, now)]
    return [fix for fix in found if fix is not None]


def device_in(body: Any) -> str:
    """What a JSON body calls its device; empty without."""
    first = body[0] if isinstance(body, list) and body else body
    said = first if isinstance(first, dict) else {}
    return str(said.get("device_id") or said.get("id") or "")


def _located(said: Any) -> Fix | None:
    coords = said.get("coords") if isinstance(said, dict) else None
    if not isinstance(coords, dict) or _is_true(said.get("mock")):
        return None
    place = (coords.get("latitude"), coords.get("longitude"))
    return _fix(place, said.get("timestamp"), coords.get("accuracy"), (coords.get("speed"), 1.0), coords.get("heading"))


def _fix(place: tuple[Any, Any], at: Any, accuracy: Any, speed: tuple[Any, float], heading: Any) -> Fix | None:
    lat, lon = map(_number, place)
    captured_at, metres = _moment(at), UNSAID_ACCURACY_M if accuracy is None else _number(accuracy)
    # Zero and zero, or less than no error, is how phones say that they do not know.
    if lat is None or lon is None or captured_at is None or metres is None or metres < 0 or lat == lon == 0:
        return None
    try:
        point = Point(lat, lon)
    except DomainError:
        return None
    knots = _number(speed[0])
    speed_mps = None if knots is None else _within(knots * speed[1], _FASTEST_MPS)
    return Fix(point, min(metres, _WORST_ACCURACY_M), captured_at, speed_mps, _within(_number(heading), 360.0))


def _is_true(value: Any) -> bool:
    return str(value).lower() in _TRUE


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    if not math.isfinite(number):
        return None
    return number if abs(number) >= _LEAST else 0.0


def _within(value: float | None, most: float) -> float | None:
    return value if value is not None and 0 <= value <= most else None


def _moment(value: Any) -> datetime | None:
    number = _number(value)
    try:
        if number is not None:
            return datetime.fromtimestamp(number if number < _SECONDS_END else number / 1000, UTC)
        moment = datetime.fromisoformat(str(value))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
