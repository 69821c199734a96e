"""Outlines are read as they are or refused with the place of the fault; nothing else can happen."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.grids.errors import AreaInvalid
from api.grids.rules.areas import MAX_ISSUES, MAX_VERTICES, read_area
from api.kernel.geo import Datum, from_wgs84
from tests.grids.shapes import square

pytestmark = pytest.mark.unit


def faults(coordinates: Any, shape: str = "Polygon") -> list[tuple[str, str]]:
    with pytest.raises(AreaInvalid) as refusal:
        read_area(shape, coordinates, Datum.WGS84, pointer="")
    return [(issue.code, issue.pointer) for issue in refusal.value.issues]


def test_a_polygon_with_a_hole_is_read_lon_lat() -> None:
    area = read_area("Polygon", [square(), square(107.383, 29.703, 0.002)], Datum.WGS84)
    assert [len(ring) for ring in area.polygons[0]] == [5, 5]
    assert (area.polygons[0][0][0].lat, area.polygons[0][0][0].lon) == (29.70, 107.38)


def test_every_vertex_is_converted() -> None:
    drawn = square()
    area = read_area("MultiPolygon", [[drawn]], Datum.GCJ02)
    for (lon, lat), point in zip(drawn, area.polygons[0][0], strict=True):
        assert from_wgs84(point, Datum.GCJ02) == pytest.approx((lat, lon), abs=1e-9)
    assert abs(area.polygons[0][0][0].lat - 29.70) > 0.001


@pytest.mark.parametrize(
    ("coordinates", "code", "pointer"),
    [
        ([], "empty", ""),
        ([[]], "empty", "/0"),
        ("POLYGON EMPTY", "not_a_list", ""),
        ([square()[:3]], "ring_too_short", "/0"),
        ([square()[:4]], "ring_not_closed", "/0"),
        ([[[107, 29], [108, 200], [108, 30], [107, 29]]], "position_out_of_range", "/0/1"),
        ([[[29.7, 107.4], [29.8, 107.4], [29.8, 107.5], [29.7, 107.4]]], "position_out_of_range", "/0/0"),
        ([[[107, math.nan], [108, 29], [108, 30], [107, 29]]], "not_a_position", "/0/0"),
        ([[[107, 29, 250], [108, 29], [108, 30], [107, 29, 250]]], "not_a_position", "/0/0"),
        ([[["107", "29"], [108, 29], [108, 30], [107, 29]]], "not_a_position", "/0/0"),
        ([[[True, False], [108, 29], [108, 30], [True, False]]], "not_a_position", "/0/0"),
        ([[[-180, -89], [180, -89], [180, 89], [-180, 89], [-180, -89]]], "too_wide", ""),
        ([[[107, 29 + i / 1e4] for i in range(MAX_VERTICES + 1)]], "too_many_vertices", "/0"),
    ],
)
def test_each_fault_has_its_place(coordinates: Any, code: str, pointer: str) -> None:
    assert (code, pointer) in faults(coordinates)


def test_five_hundred_vertices_are_enough_and_one_more_is_too_many() -> None:
    ring = [[107 + i / 1e4, 29.0] for i in range(MAX_VERTICES - 1)]
    assert len(read_area("Polygon", [[*ring, ring[0]]], Datum.WGS84).polygons[0][0]) == MAX_VERTICES
    assert faults([[*ring, ring[0]], square()]) == [("too_many_vertices", "/1")]


def test_a_million_vertices_cost_no_more_than_five_hundred() -> None:
    assert faults([[[107.0, 29.0]] * 1_000_000]) == [("too_many_vertices", "/0")]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=40,
)


@given(json_values, st.sampled_from(["Polygon", "MultiPolygon"]), st.sampled_from(Datum))
def test_anything_at_all_is_read_or_refused(value: Any, shape: str, datum: Datum) -> None:
    refused, area = (), None
    try:
        area = read_area(shape, value, datum)
    except AreaInvalid as refusal:
        refused = refusal.issues
    assert (area is None) == (1 <= len(refused) <= MAX_ISSUES)
    if area is not None:
        assert all(ring[0] == ring[-1] and len(ring) >= 4 for polygon in area.polygons for ring in polygon)
