"""Where and when a photo says it was taken, read from its EXIF; a camera's word, nothing more."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from math import isfinite
from typing import Any

from api.files.types import Capture, TimeSource
from api.kernel.geo import Point

# A clock without an offset is a phone's of the station.
ASSUMED_ZONE = timezone(timedelta(hours=8))
_TAKEN, _TAKEN_OFFSET = 0x9003, 0x9011
_LAT_REF, _LAT, _LON_REF, _LON, _TIME, _DATE = 1, 2, 3, 4, 7, 29
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


def read_capture(camera: Mapping[int, Any], satellite: Mapping[int, Any]) -> Capture:
    """From the Exif and the GPS directory; whatever is missing or odd is left out."""
    at, clock = _taken_at(camera, satellite)
    return Capture(at, clock, _position(satellite))


def _taken_at(camera: Mapping[int, Any], satellite: Mapping[int, Any]) -> tuple[datetime | None, TimeSource | None]:
    local = _parse(f"{camera.get(_TAKEN)}", "%Y:%m:%d %H:%M:%S")
    offset = _parse(f"{camera.get(_TAKEN_OFFSET)}", "%z")
    if local and offset:
        return _sane(local.replace(tzinfo=offset.tzinfo), TimeSource.OFFSET)
    if by_satellite := _satellite_time(satellite):
        return _sane(by_satellite, TimeSource.SATELLITE)
    if local:
        return _sane(local.replace(tzinfo=ASSUMED_ZONE), TimeSource.ASSUMED)
    return None, None


def _sane(at: datetime, source: TimeSource) -> tuple[datetime | None, TimeSource | None]:
    # A camera whose clock was never set counts from 1970 or 1980.
    return (at.astimezone(UTC), source) if at >= _EARLIEST else (None, None)


def _parse(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text.strip("\0 "), form)  # noqa: DTZ007 - the zone comes from another tag
    except ValueError:
        return None


def _satellite_time(satellite: Mapping[int, Any]) -> datetime | None:
    numbers = _three(satellite.get(_TIME))
    day = _parse(f"{satellite.get(_DATE)}", "%Y:%m:%d")
    if numbers is None or day is None or max(numbers) > 60:
        return None
    hours, minutes, seconds = numbers
    return day.replace(tzinfo=UTC) + timedelta(hours=hours, minutes=minutes, seconds=int(seconds))


def _position(satellite: Mapping[int, Any]) -> Point | None:
    lat, lon = _three(satellite.get(_LAT)), _three(satellite.get(_LON))
    if lat is None or lon is None:
        return None
    degrees = [value[0] + value[1] / 60 + value[2] / 3600 for value in (lat, lon)]
    south, west = f"{satellite.get(_LAT_REF)}".startswith("S"), f"{satellite.get(_LON_REF)}".startswith("W")
    signed = (-degrees[0] if south else degrees[0], -degrees[1] if west else degrees[1])
    # 0/0 is what a receiver without a fix writes.
    if not (abs(signed[0]) <= 90 and abs(signed[1]) <= 180) or signed == (0.0, 0.0):
        return None
    return Point(round(signed[0], 7), round(signed[1], 7))


def _three(value: Any) -> tuple[float, float, float] | None:
    try:
        numbers = tuple(float(part) for part in value)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    if len(numbers) != 3 or not all(isfinite(number) and number >= 0 for number in numbers):
        return None
    return numbers
