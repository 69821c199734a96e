"""Straight-line walking over a few kilometres. Pure; WGS-84 degrees and metres."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, hypot, radians
from random import Random

METRES_PER_DEGREE = 111_195.0


@dataclass(frozen=True)
class Spot:
    """Where somebody stands."""

    lat: float
    lon: float

    def metres_to(self, other: Spot) -> float:
        """Distance on a flat earth: within 0.1 % over the distances people walk."""
        east, north = self._offset_to(other)
        return hypot(east, north)

    def towards(self, goal: Spot, metres: float) -> Spot:
        """Where one is after `metres` on the straight way to `goal`; never beyond it."""
        whole = self.metres_to(goal)
        if metres >= whole:
            return goal
        share = max(0.0, metres) / whole
        return Spot(self.lat + (goal.lat - self.lat) * share, self.lon + (goal.lon - self.lon) * share)

    def jittered(self, random: Random, metres: float) -> Spot:
        """The same place as a phone measures it, `metres` off at one standard deviation."""
        north, east = random.gauss(0.0, metres), random.gauss(0.0, metres)
        lon_metres = METRES_PER_DEGREE * cos(radians(self.lat))
        return Spot(self.lat + north / METRES_PER_DEGREE, self.lon + east / lon_metres)

    def _offset_to(self, other: Spot) -> tuple[float, float]:
        middle = radians((self.lat + other.lat) / 2)
        east = (other.lon - self.lon) * METRES_PER_DEGREE * cos(middle)
        return east, (other.lat - self.lat) * METRES_PER_DEGREE
