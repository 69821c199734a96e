"""A batch of positions read straight from its JSON, which is what phones send most of all.

The schema says what a batch is, and names what is wrong with one; but field by field it takes longer than everything
else about the request together. So a batch that is plainly as it should be is read here, and everything else is left to
the schema. A test holds both to read the same.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from api.duty.types import Fix, FixBatch
from api.kernel.geo import Datum, to_wgs84

MAX_FIXES = 500
MAX_ACCURACY_M, MAX_SPEED_MPS = 100_000, 1_000
_DATUMS: Mapping[Any, Datum] = {datum.value: datum for datum in Datum}
_NEEDED = frozenset({"lat", "lon", "accuracy_m", "captured_at"})
_KNOWN = _NEEDED | {"speed_mps", "heading"}
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3}|\.\d{6})?(?:Z|[+-]\d\d:\d\d)", re.ASCII)
_NUMBERS = (float, int)


def read_batch(said: Any) -> FixBatch | None:
    """The batch; None for one that the schema is to look at."""
    if type(said) is not dict or said.keys() != {"datum", "fixes"}:
        return None
    datum, items = said["datum"], said["fixes"]
    if type(datum) is not str or datum not in _DATUMS or type(items) is not list or not 1 <= len(items) <= MAX_FIXES:
        return None
    fixes = []
    for item in items:
        if (fix := _read_fix(item, _DATUMS[datum])) is None:
            return None
        fixes.append(fix)
    return FixBatch(_DATUMS[datum], tuple(fixes))


def _read_fix(item: Any, datum: Datum) -> Fix | None:
    if type(item) is not dict or not _NEEDED <= item.keys() <= _KNOWN:
        return None
    lat, lon, accuracy_m, at = item["lat"], item["lon"], item["accuracy_m"], item["captured_at"]
    speed_mps, heading = item.get("speed_mps"), item.get("heading")
    if not (_within(lat, -90, 90) and _within(lon, -180, 180) and _within(accuracy_m, 0, MAX_ACCURACY_M)):
        return None
    if not (speed_mps is None or _within(speed_mps, 0, MAX_SPEED_MPS)) or not (
        heading is None or _within(heading, 0, 360)
    ):
        return None
    if type(at) is not str or not _TIME.fullmatch(at):
        return None
    try:
        captured_at = datetime.fromisoformat(at).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return Fix(
        to_wgs84(float(lat), float(lon), datum), float(accuracy_m), captured_at, _float(speed_mps), _float(heading)
    )


def _within(value: Any, least: int, most: int) -> bool:
    # `type` and not `isinstance`: true is no number here.
    return type(value) in _NUMBERS and least <= value <= most


def _float(value: float | None) -> float | None:
    return None if value is None else float(value)
