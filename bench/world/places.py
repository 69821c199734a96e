"""Where the invented people live: towns and villages in station areas, not sprinkled evenly."""

import random
from dataclasses import dataclass
from uuid import UUID

CENTRE = (29.70, 107.39)
STATION_APART = 0.11  # degrees between neighbouring stations, about 12 km
METRE = 1 / 111_195


@dataclass(frozen=True)
class Settlement:
    """A town or village: `share` of all people live within a few `spread_m` of its middle."""

    station: int
    lat: float
    lon: float
    spread_m: float
    share: float


def settle(stations: int, seed: int) -> list[Settlement]:
    """The settlements of a district. Stations differ in size tenfold; a town holds about half of its people."""
    draw = random.Random(seed)
    side = max(1, round(stations**0.5))
    found: list[Settlement] = []
    for station in range(stations):
        middle = (
            CENTRE[0] + (station // side - side / 2) * STATION_APART + draw.uniform(-0.02, 0.02),
            CENTRE[1] + (station % side - side / 2) * STATION_APART + draw.uniform(-0.02, 0.02),
        )
        found += _around(draw, station, middle, draw.lognormvariate(0, 0.7))
    whole = sum(place.share for place in found)
    return [Settlement(p.station, p.lat, p.lon, p.spread_m, p.share / whole) for p in found]


def _around(draw: random.Random, station: int, middle: tuple[float, float], size: float) -> list[Settlement]:
    quarters = [
        Settlement(
            station, middle[0] + draw.gauss(0, 900) * METRE, middle[1] + draw.gauss(0, 900) * METRE,
            draw.uniform(150, 350), size * 0.5 / 12,
        )
        for _ in range(12)
    ]  # fmt: skip
    villages = [
        Settlement(
            station, middle[0] + draw.uniform(-6_000, 6_000) * METRE, middle[1] + draw.uniform(-6_000, 6_000) * METRE,
            draw.uniform(100, 500), size * 0.5 / 30 * draw.uniform(0.4, 1.6),
        )
        for _ in range(30)
    ]  # fmt: skip
    return quarters + villages


def stable_id(kind: int, number: int) -> UUID:
    """An id for unit `number` of a kind, the same in every world."""
    return UUID(int=(0x018F << 112) | (kind << 96) | (7 << 76) | (2 << 62) | number)
