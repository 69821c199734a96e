"""JSON that is not plain, bounded RFC 8259 is refused before anything looks at it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.http.bodies import LEAST_FLOAT, encode_json, parse_json
from api.kernel.errors import Malformed

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"{", b"\xff", b"NaN", b"[Infinity]", b"1e999", b'{"a":1,"a":2}', b"9" * 5_000,
        b"[" * 1_000 + b"]" * 1_000, b'{"a":' * 33 + b"1" + b"}" * 33, b"'x'",
    ],
)  # fmt: skip
def test_hostile_json_is_malformed(raw: bytes) -> None:
    with pytest.raises(Malformed):
        parse_json(raw)


def test_brackets_inside_a_string_are_not_depth() -> None:
    assert parse_json(encode_json({"text": "[" * 500 + '"{'})) == {"text": "[" * 500 + '"{'}


def test_a_long_flat_list_is_fine() -> None:
    assert len(parse_json(encode_json([{"lat": 1.5}] * 500))) == 500


@pytest.mark.parametrize("raw", [b"1e-54", b"-2.3e-313", b"0.0"])
def test_what_no_measure_can_tell_from_nothing_is_as_near_as_a_column_can_hold(raw: bytes) -> None:
    value = parse_json(raw)
    assert abs(value) <= LEAST_FLOAT
    assert (value == 0) == (raw == b"0.0")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=20,
    )
)
def test_what_we_write_we_read(value) -> None:
    assert parse_json(encode_json(value)) == value
