"""Outlines as people draw them: GeoJSON coordinates with a declared datum, checked before the database sees them.

The database would take latitude 200 for -20 and keep NaN, so range, count and closure are checked here; whether the
rings cross is the database's question (`ST_IsValid`). An outline is refused or taken as it is, never repaired: repair
of a small knot has been seen to run for minutes, and it changes a border that somebody has to answer for.
"""

import math
from collections.abc import Iterable
from typing import Any

from api.grids.errors import AreaInvalid
from api.grids.types import Area, Polygon, Ring
from api.kernel.errors import Issue
from api.kernel.geo import Datum, Point, to_wgs84

MAX_VERTICES = 500
# No station's ground is 220 km wide; an outline that is comes from swapped or mixed-up coordinates.
MAX_EXTENT_DEG = 2.0
MAX_ISSUES = 20

_TEXTS = {
    "empty": ("没有坐标。", "There are no coordinates."),
    "not_a_list": ("应为坐标列表。", "This should be a list."),
    "not_a_position": ("应为 [经度, 纬度] 两个数字。", "This should be two numbers: [longitude, latitude]."),
    "position_out_of_range": (
        "坐标超出范围：经度在前（-180 到 180），纬度在后（-90 到 90）。",
        "Out of range: longitude first (-180 to 180), then latitude (-90 to 90).",
    ),
    "ring_too_short": ("每个环至少需要四个坐标点。", "A ring needs at least four positions."),
    "ring_not_closed": (
        "环没有闭合：首尾坐标应相同。",
        "The ring is not closed: first and last position must be the same.",
    ),
    "too_many_vertices": (f"坐标点不能超过 {MAX_VERTICES} 个。", f"There may be at most {MAX_VERTICES} positions."),
    "too_wide": ("图形跨度过大，请检查坐标。", "The outline is wider than any station; check the coordinates."),
}


def read_area(shape: str, coordinates: Any, datum: Datum, *, pointer: str = "/area/coordinates") -> Area:
    """The area of GeoJSON `coordinates` (lon, lat) of a Polygon or MultiPolygon, converted vertex by vertex.

    Raises AreaInvalid with an issue for each fault (20 at most), its pointer naming the ring or position.
    """
    reader = _Reader(datum)
    if shape == "Polygon":
        polygons: tuple[Polygon, ...] = (reader.polygon(coordinates, pointer),)
    else:
        polygons = tuple(reader.polygon(item, f"{pointer}/{i}") for i, item in reader.items(coordinates, pointer))
    if not reader.issues:
        reader.check_extent(polygons, pointer)
    if reader.issues:
        raise AreaInvalid(issues=reader.issues)
    return Area(polygons)


class _Reader:
    """Walks the coordinates, collecting faults instead of stopping at the first."""

    def __init__(self, datum: Datum) -> None:
        self.datum = datum
        self.issues: list[Issue] = []
        self.vertices = 0

    def fault(self, code: str, pointer: str) -> None:
        if len(self.issues) < MAX_ISSUES:
            zh, en = _TEXTS[code]
            self.issues.append(Issue(pointer, code, zh, en))

    def items(self, value: Any, pointer: str) -> list[tuple[int, Any]]:
        if not isinstance(value, list):
            self.fault("not_a_list", pointer)
            return []
        if not value:
            self.fault("empty", pointer)
        return list(enumerate(value))

    def polygon(self, value: Any, pointer: str) -> Polygon:
        return tuple(self.ring(ring, f"{pointer}/{i}") for i, ring in self.items(value, pointer))

    def ring(self, value: Any, pointer: str) -> Ring:
        self.vertices += len(value) if isinstance(value, list) else 0
        if self.vertices > MAX_VERTICES:
            # One fault, and nothing of the rest is looked at: a million vertices cost as much as five hundred.
            if not any(issue.code == "too_many_vertices" for issue in self.issues):
                self.fault("too_many_vertices", pointer)
            return ()
        positions = self.items(value, pointer)
        if positions and len(positions) < 4:
            self.fault("ring_too_short", pointer)
        elif positions and positions[0][1] != positions[-1][1]:
            self.fault("ring_not_closed", pointer)
        points = (self.position(value, f"{pointer}/{i}") for i, value in positions)
        return tuple(point for point in points if point is not None)

    def position(self, value: Any, pointer: str) -> Point | None:
        if not (isinstance(value, list) and len(value) == 2 and all(map(_is_number, value))):
            self.fault("not_a_position", pointer)
            return None
        lon, lat = value
        if not (abs(lon) <= 180 and abs(lat) <= 90):
            self.fault("position_out_of_range", pointer)
            return None
        return to_wgs84(float(lat), float(lon), self.datum)

    def check_extent(self, polygons: tuple[Polygon, ...], pointer: str) -> None:
        lats = [point.lat for polygon in polygons for ring in polygon for point in ring]
        lons = [point.lon for polygon in polygons for ring in polygon for point in ring]
        if max(lats) - min(lats) > MAX_EXTENT_DEG or max(lons) - min(lons) > MAX_EXTENT_DEG:
            self.fault("too_wide", pointer)


def _is_number(value: Any) -> bool:
    # bool is an int to Python and a different thing to GeoJSON.
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)


# GEOS's own reasons, as PostGIS hands them on.
_REASONS = {
    "Self-intersection": ("self_intersection", "边界自相交"),
    "Ring Self-intersection": ("ring_self_intersection", "环与自身相接或相交"),
    "Hole lies outside shell": ("hole_outside", "内环位于外环之外"),
    "Holes are nested": ("holes_nested", "内环互相嵌套"),
    "Nested shells": ("nested_shells", "多个外环互相嵌套"),
    "Interior is disconnected": ("interior_disconnected", "图形内部被切断"),
    "Duplicate Rings": ("duplicate_rings", "环重复"),
    "Too few points in geometry component": ("too_few_points", "坐标点过少"),
}


def describe_fault(reason: str, lat: float, lon: float) -> Issue:
    """The issue for a fault the database found, with its place in WGS-84."""
    code, zh = _REASONS.get(reason, ("not_simple", "图形不合法"))
    en = reason if reason in _REASONS else "The outline is not simple"
    return Issue(
        "/area",
        code,
        f"{zh}，位置：纬度 {lat:.6f}，经度 {lon:.6f}（WGS-84）。",
        f"{en} at latitude {lat:.6f}, longitude {lon:.6f} (WGS-84).",
    )


def describe_overlap(code: str, square_m: float, lat: float, lon: float) -> Issue:
    """The issue for an overlap with the unit `code`, with a place inside it in WGS-84."""
    return Issue(
        "/area",
        "overlap",
        f"与单元 {code} 重叠约 {square_m:.0f} 平方米，位置：纬度 {lat:.6f}，经度 {lon:.6f}（WGS-84）。",
        f"Overlaps unit {code} by about {square_m:.0f} square metres at latitude {lat:.6f},"
        f" longitude {lon:.6f} (WGS-84).",
    )


def name_places(rows: Iterable[tuple[str, float, float, float]]) -> list[dict[str, float | str]]:
    """The same overlaps as facts, for a map: code, square metres, and a place inside in WGS-84."""
    return [{"code": code, "area_m2": round(m2), "lat": lat, "lon": lon} for code, m2, lat, lon in rows]
