"""Duty: who is there, where, until when. TOWN is in Fuling; every test's people stand around it."""

from api.kernel.geo import Point

TOWN = Point(29.7031, 107.3897)


def north(metres: float, of: Point = TOWN) -> Point:
    """A place so many metres north (south when negative)."""
    return Point(of.lat + metres / 111_195, of.lon)
