"""The straight reading of a batch and the schema's are one."""

import copy
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError

from api.duty.rules.batches import read_batch
from api.duty.schemas import PositionsSchema
from api.http.schemas import RequestSchema

pytestmark = pytest.mark.unit
GOOD = {
    "datum": "gcj02",
    "fixes": [
        {"lat": 29.7031, "lon": 107.3897, "accuracy_m": 12.5, "captured_at": "2026-03-01T22:00:00+08:00"},
        {"lat": 29, "lon": 107, "accuracy_m": 0, "captured_at": "2026-03-01T14:00:00.123Z", "speed_mps": None},
        {"lat": -90, "lon": 180.0, "accuracy_m": 1e5, "captured_at": "2026-03-01T14:00:00.123456Z", "heading": 360,
         "speed_mps": 1},
    ],
}  # fmt: skip
NUMBERS = st.one_of(st.floats(allow_nan=False), st.integers(-200, 200), st.booleans(), st.none(), st.text(max_size=3))
TIMES = st.one_of(
    st.datetimes().map(lambda at: at.isoformat() + "Z"),
    st.datetimes().map(lambda at: at.isoformat() + "+08:00"),
    st.sampled_from(
        [
            "2026-03-01T22:00:00", "2026-03-01 22:00:00Z", "2026-02-30T00:00:00Z", "2026-03-01T22:00Z",
            "0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59-08:00", "2026-03-01T24:00:00Z", "2026-03-01T22:00:60Z",
            "2026-03-01T22:00:00+24:00", 5, None,
        ]
    ),
)  # fmt: skip
FIXES = st.fixed_dictionaries(
    {"lat": NUMBERS, "lon": NUMBERS, "accuracy_m": NUMBERS, "captured_at": TIMES},
    optional={"speed_mps": NUMBERS, "heading": NUMBERS, "altitude": NUMBERS},
)


def by_schema(said):
    """What the schema alone makes of it; None for a refusal."""
    try:
        return RequestSchema.load(PositionsSchema(), copy.deepcopy(said))
    except ValidationError:
        return None


def test_a_good_batch_is_read_straight_and_the_same() -> None:
    assert read_batch(GOOD) == by_schema(GOOD) is not None


@settings(max_examples=300, deadline=None)
@given(st.lists(FIXES, min_size=1, max_size=2), st.sampled_from(["wgs84", "gcj02", "bd09", "other", None, 3]))
def test_what_is_read_straight_the_schema_reads_too(fixes, datum) -> None:
    said = {"datum": datum, "fixes": fixes}
    straight = read_batch(said)
    assert straight is None or straight == by_schema(said)


@pytest.mark.parametrize(
    "said",
    [
        None, [], {}, {"datum": "wgs84"}, {"datum": "wgs84", "fixes": []}, {"datum": "wgs84", "fixes": {}},
        {**GOOD, "more": 1}, {**GOOD, "fixes": GOOD["fixes"] * 167},
        *({**GOOD, "fixes": [{**GOOD["fixes"][0], "lat": lat}]} for lat in (90.1, math.nan, True)),
    ],
)  # fmt: skip
def test_everything_else_is_left_to_the_schema(said) -> None:
    assert read_batch(said) is None
