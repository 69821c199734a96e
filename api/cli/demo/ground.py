"""Invented ground: an oval cut into convex pieces by straight lines, so that neighbours share their border exactly.

Pure and seeded: the same seed draws the same station. Nothing here stands for a real border, and it looks it.
"""

import math
from collections.abc import Sequence
from random import Random

from api.grids.types import Area
from api.kernel.geo import Point

Spot = tuple[float, float]  # metres east and north of the centre
Shape = list[Spot]

HALF_WIDTH_M, HALF_HEIGHT_M = 5_200.0, 3_800.0
TILT = 0.3  # radians a cut may lean
CORNERS = 28
METRES_PER_DEGREE = 111_320.0
# Eight decimals of a degree are a millimetre.
DIGITS = 8


def draw_oval() -> Shape:
    """The station's ground."""
    turns = (2 * math.pi * corner / CORNERS for corner in range(CORNERS))
    return [(HALF_WIDTH_M * math.cos(turn), HALF_HEIGHT_M * math.sin(turn)) for turn in turns]


def divide(shape: Shape, weights: Sequence[float], rng: Random, *, upright: bool = False) -> list[Shape]:
    """Cut a convex shape into one piece per weight, each with its share of the ground; from west to east if upright."""
    if len(weights) == 1:
        return [shape]
    middle = len(weights) // 2
    first, second = cut(shape, sum(weights[:middle]) / sum(weights), rng, upright=upright)
    return divide(first, weights[:middle], rng, upright=upright) + divide(
        second, weights[middle:], rng, upright=upright
    )


def cut(shape: Shape, share: float, rng: Random, *, upright: bool = False) -> tuple[Shape, Shape]:
    """Cut across the longer side (or upright), a little askew, so that the first part has `share` of the ground."""
    wide = max(x for x, _ in shape) - min(x for x, _ in shape)
    high = max(y for _, y in shape) - min(y for _, y in shape)
    angle = (0.0 if upright or wide >= high else math.pi / 2) + rng.uniform(-TILT, TILT)
    normal = (math.cos(angle), math.sin(angle))
    offsets = [x * normal[0] + y * normal[1] for x, y in shape]
    low, top, wanted = min(offsets), max(offsets), share * measure(shape)
    for _ in range(45):
        offset = (low + top) / 2
        low, top = (offset, top) if measure(below(shape, normal, offset)) < wanted else (low, offset)
    return below(shape, normal, low), below(shape, (-normal[0], -normal[1]), -low)


def below(shape: Shape, normal: Spot, offset: float) -> Shape:
    """The part of a convex shape where `normal` points no further than `offset`."""
    part: Shape = []
    for here, after in zip(shape, shape[1:] + shape[:1], strict=True):
        inside = here[0] * normal[0] + here[1] * normal[1] - offset
        beyond = after[0] * normal[0] + after[1] * normal[1] - offset
        if inside <= 0:
            part.append(here)
        if inside * beyond < 0:
            share = inside / (inside - beyond)
            part.append((here[0] + (after[0] - here[0]) * share, here[1] + (after[1] - here[1]) * share))
    return part


def measure(shape: Shape) -> float:
    """Square metres."""
    pairs = zip(shape, shape[1:] + shape[:1], strict=True)
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs)) / 2


def pick_spot(shape: Shape, rng: Random) -> Spot:
    """A place inside a convex shape: a random mean of its corners."""
    shares = [rng.expovariate(1.0) for _ in shape]
    whole = sum(shares)
    x = sum(corner[0] * share for corner, share in zip(shape, shares, strict=True)) / whole
    y = sum(corner[1] * share for corner, share in zip(shape, shares, strict=True)) / whole
    return x, y


def place(spot: Spot, centre: Point) -> Point:
    """The spot in WGS-84 degrees."""
    lat = centre.lat + spot[1] / METRES_PER_DEGREE
    lon = centre.lon + spot[0] / (METRES_PER_DEGREE * math.cos(math.radians(centre.lat)))
    return Point(round(lat, DIGITS), round(lon, DIGITS))


def outline(shape: Shape, centre: Point) -> Area:
    """The shape as an outline."""
    ring = [place(spot, centre) for spot in shape]
    return Area((((*ring, ring[0]),),))
