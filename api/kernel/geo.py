"""Places: WGS-84 inside, Chinese datums converted at the edge, distances on the ground.

GCJ-02 is the published offset formula on the Krasovsky ellipsoid; BD-09 is a second offset over it. Neither has a
closed inverse, and the usual one-step inverse is up to 3.5 m wrong, so the inverse iterates until it moves less than
a hundredth of a millimetre. Outside mainland China the three datums are the same.
"""

import math
from dataclasses import dataclass
from enum import StrEnum

from api.kernel.errors import DomainError, Kind

EARTH_RADIUS_M = 6_371_008.8
_A = 6_378_245.0
_EE = 0.00669342162296594323
_X_PI = math.pi * 3000.0 / 180.0


class Datum(StrEnum):
    """What a latitude and longitude are measured in."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


class OutOfRange(DomainError):
    """Not a place on Earth."""

    code, kind = "position_out_of_range", Kind.INVALID
    zh = "坐标超出范围：纬度 -90 到 90，经度 -180 到 180。"
    en = "The position is out of range: latitude -90 to 90, longitude -180 to 180."


@dataclass(frozen=True)
class Point:
    """A place in WGS-84 degrees. Finite and in range by construction: PostGIS would turn latitude 200 into -20."""

    lat: float
    lon: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.lat) and math.isfinite(self.lon) and abs(self.lat) <= 90 and abs(self.lon) <= 180):
            raise OutOfRange

    @property
    def ewkt(self) -> str:
        """`SRID=4326;POINT(lon lat)`."""
        return f"SRID=4326;POINT({self.lon!r} {self.lat!r})"


def to_wgs84(lat: float, lon: float, datum: Datum) -> Point:
    """The WGS-84 place of a position given in `datum`; at most 2 cm off."""
    point = Point(lat, lon)
    if datum is Datum.WGS84:
        return point
    return _invert(point, datum)


def from_wgs84(point: Point, datum: Datum) -> tuple[float, float]:
    """(lat, lon) of `point` in `datum`."""
    if datum is Datum.WGS84 or _outside_china(point.lat, point.lon):
        return point.lat, point.lon
    lat, lon = _shift(point.lat, point.lon)
    return (lat, lon) if datum is Datum.GCJ02 else _to_bd09(lat, lon)


def distance_m(a: Point, b: Point) -> float:
    """Great-circle metres; within 0.6 % of the ellipsoid, which is below the error of any phone."""
    lat_a, lat_b = math.radians(a.lat), math.radians(b.lat)
    half = math.sin((lat_b - lat_a) / 2) ** 2
    half += math.cos(lat_a) * math.cos(lat_b) * math.sin(math.radians(b.lon - a.lon) / 2) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(half)))


def _invert(target: Point, datum: Datum) -> Point:
    lat, lon = target.lat, target.lon
    for _ in range(30):
        there = from_wgs84(Point(lat, lon), datum)
        d_lat, d_lon = target.lat - there[0], target.lon - there[1]
        lat, lon = lat + d_lat, lon + d_lon
        if abs(d_lat) < 1e-10 and abs(d_lon) < 1e-10:
            break
    return Point(lat, lon)


def _outside_china(lat: float, lon: float) -> bool:
    return not (73.66 < lon < 135.05 and 3.86 < lat < 53.55)


def _shift(lat: float, lon: float) -> tuple[float, float]:
    x, y = lon - 105.0, lat - 35.0
    d_lat = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    d_lon = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    common = (20.0 * math.sin(6.0 * x * math.pi) + 20.0 * math.sin(2.0 * x * math.pi)) * 2.0 / 3.0
    d_lat += common + (20.0 * math.sin(y * math.pi) + 40.0 * math.sin(y / 3.0 * math.pi)) * 2.0 / 3.0
    d_lat += (160.0 * math.sin(y / 12.0 * math.pi) + 320.0 * math.sin(y * math.pi / 30.0)) * 2.0 / 3.0
    d_lon += common + (20.0 * math.sin(x * math.pi) + 40.0 * math.sin(x / 3.0 * math.pi)) * 2.0 / 3.0
    d_lon += (150.0 * math.sin(x / 12.0 * math.pi) + 300.0 * math.sin(x / 30.0 * math.pi)) * 2.0 / 3.0
    rad = math.radians(lat)
    magic = 1 - _EE * math.sin(rad) ** 2
    root = math.sqrt(magic)
    d_lat = math.degrees(d_lat / ((_A * (1 - _EE)) / (magic * root)))
    d_lon = math.degrees(d_lon / (_A / root * math.cos(rad)))
    return lat + d_lat, lon + d_lon


def _to_bd09(lat: float, lon: float) -> tuple[float, float]:
    z = math.hypot(lon, lat) + 0.00002 * math.sin(lat * _X_PI)
    theta = math.atan2(lat, lon) + 0.000003 * math.cos(lon * _X_PI)
    return z * math.sin(theta) + 0.006, z * math.cos(theta) + 0.0065
