"""Datums and distances against published values."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from api.kernel.geo import Datum, OutOfRange, Point, distance_m, from_wgs84, to_wgs84

pytestmark = pytest.mark.unit

FULING = Point(29.703100, 107.389700)
FULING_GCJ02 = (29.700620, 107.394329)
# A hundredth of a degree inside the box in which the offset applies: on its very border a place has two readings.
in_china = st.builds(Point, st.floats(3.87, 53.54), st.floats(73.67, 135.04))
shifted = st.sampled_from([Datum.GCJ02, Datum.BD09])


def metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    return distance_m(Point(*a), Point(*b))


def test_the_published_pair_forward() -> None:
    assert from_wgs84(FULING, Datum.GCJ02) == pytest.approx(FULING_GCJ02, abs=1e-6)


def test_the_published_pair_back() -> None:
    back = to_wgs84(*FULING_GCJ02, Datum.GCJ02)
    assert (back.lat, back.lon) == pytest.approx((FULING.lat, FULING.lon), abs=1e-6)


def test_the_published_example_of_bd09() -> None:
    # README of coordtransform, the library most map code copies from.
    there = to_wgs84(39.915, 116.404, Datum.GCJ02)
    assert from_wgs84(there, Datum.BD09) == pytest.approx((39.92133699351021, 116.41036949371029), abs=1e-8)
    assert from_wgs84(Point(39.915, 116.404), Datum.GCJ02) == pytest.approx(
        (39.91640428150164, 116.41024449916938), abs=1e-9
    )


@given(in_china, shifted)
def test_there_and_back_is_at_most_two_centimetres_off(place: Point, datum: Datum) -> None:
    there = from_wgs84(place, datum)
    # The offset may lead out of the box, where all datums agree and the way back is the identity.
    assume(73.67 < there[1] < 135.04 and 3.87 < there[0] < 53.54)
    assert distance_m(place, to_wgs84(*there, datum)) <= 0.02


@given(in_china, shifted)
def test_the_offset_is_never_more_than_a_few_hundred_metres_to_two_kilometres(place: Point, datum: Datum) -> None:
    assert metres(from_wgs84(place, datum), (place.lat, place.lon)) < 3_000


@given(st.floats(29.2, 30.0), st.floats(106.9, 107.75))
def test_around_fuling_gcj02_is_off_by_about_half_a_kilometre(lat: float, lon: float) -> None:
    assert 480 < metres(from_wgs84(Point(lat, lon), Datum.GCJ02), (lat, lon)) < 560


@pytest.mark.parametrize("lat", [29.65, 29.70, 29.75])
@pytest.mark.parametrize("lon", [107.30, 107.35, 107.40, 107.45])
def test_in_the_town_of_fuling_gcj02_is_off_by_494_to_533_metres(lat: float, lon: float) -> None:
    assert 494 <= metres(from_wgs84(Point(lat, lon), Datum.GCJ02), (lat, lon)) <= 533


@pytest.mark.parametrize("place", [Point(48.2, 16.4), Point(-33.9, 151.2), Point(0, 0), Point(60, 105)])
@pytest.mark.parametrize("datum", list(Datum))
def test_outside_china_every_datum_is_the_same(place: Point, datum: Datum) -> None:
    assert from_wgs84(place, datum) == (place.lat, place.lon)
    assert to_wgs84(place.lat, place.lon, datum) == place


@given(st.builds(Point, st.floats(-90, 90), st.floats(-180, 180)))
def test_wgs84_passes_through_untouched(place: Point) -> None:
    assert to_wgs84(place.lat, place.lon, Datum.WGS84) == place
    assert from_wgs84(place, Datum.WGS84) == (place.lat, place.lon)


@given(st.floats(-90, 90), st.floats(-180, 180), st.sampled_from(Datum))
def test_every_place_on_earth_converts_in_every_datum(lat: float, lon: float, datum: Datum) -> None:
    place = to_wgs84(lat, lon, datum)
    assert math.isfinite(place.lat + place.lon)


@pytest.mark.parametrize(
    ("lat", "lon"), [(200, 0), (90.0001, 0), (-91, 0), (0, 180.1), (math.nan, 0), (0, math.inf), (0, math.nan)]
)
def test_what_is_no_place_is_refused(lat: float, lon: float) -> None:
    with pytest.raises(OutOfRange):
        Point(lat, lon)
    with pytest.raises(OutOfRange):
        to_wgs84(lat, lon, Datum.GCJ02)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        # Vincenty's own example, Flinders Peak to Buninyong.
        (Point(-37.9510334, 144.4248679), Point(-37.6528211, 143.9264955), 54_972.271),
        (Point(0, 0), Point(0, 1), 111_319.491),
        (Point(39.9042, 116.4074), Point(31.2304, 121.4737), 1_067_500),
        (Point(29.7031, 107.3897), Point(29.7031, 107.3897), 0),
    ],
)
def test_distances_are_within_0_6_percent_of_the_ellipsoid(a: Point, b: Point, expected: float) -> None:
    assert distance_m(a, b) == pytest.approx(expected, rel=0.006)


@given(in_china, in_china)
def test_a_distance_is_the_same_both_ways(a: Point, b: Point) -> None:
    assert distance_m(a, b) == pytest.approx(distance_m(b, a))


def test_the_other_side_of_the_earth_is_half_its_circumference() -> None:
    assert distance_m(Point(0, 0), Point(0, 180)) == pytest.approx(20_015_115, rel=1e-4)


def test_ewkt_is_longitude_first() -> None:
    assert FULING.ewkt == "SRID=4326;POINT(107.3897 29.7031)"
