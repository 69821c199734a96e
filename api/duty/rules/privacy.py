"""How exactly people see where others are."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from api.kernel.geo import Point

# Three decimals of a degree: about 100 m. Enough to see who covers what, not which house somebody visits.
COARSE_DECIMALS = 3
USUAL_READINGS = 10
READING_WINDOW = timedelta(hours=24)


def coarse(point: Point, *, engaged: bool) -> Point:
    """The place as the desk sees it: exact on a task, else to about 100 m."""
    return point if engaged else Point(round(point.lat, COARSE_DECIMALS), round(point.lon, COARSE_DECIMALS))


def is_unusual_reading(earlier: Sequence[datetime], now: datetime) -> bool:
    """Whether one reader has looked at one member's trail oftener within a day than work explains."""
    return sum(at > now - READING_WINDOW for at in earlier) >= USUAL_READINGS
