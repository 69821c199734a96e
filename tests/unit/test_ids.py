"""Identifiers sort by time and survive being read aloud."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.kernel.ids import ALPHABET, public_ref, uuid7

pytestmark = pytest.mark.unit
times = st.integers(0, (1 << 48) - 1)
ten_bytes = st.binary(min_size=10, max_size=10)


def test_the_example_of_rfc_9562() -> None:
    random = (0xCC3 << 64 | 0x18C4DC0C0C07398F).to_bytes(10, "big")
    assert str(uuid7(0x017F22E279B0, random)) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"


@given(times, ten_bytes)
def test_version_variant_and_time_are_where_the_standard_puts_them(unix_ms: int, random: bytes) -> None:
    made = uuid7(unix_ms, random)
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert made.int >> 80 == unix_ms


@given(times, times, ten_bytes, ten_bytes)
def test_later_ids_sort_later(one: int, two: int, random: bytes, other: bytes) -> None:
    if one < two:
        assert uuid7(one, random) < uuid7(two, other)


@given(st.binary(min_size=5, max_size=5))
def test_a_reference_is_seven_unambiguous_characters(random: bytes) -> None:
    assert re.fullmatch(rf"[{ALPHABET}]{{3}}-[{ALPHABET}]{{4}}", public_ref(random))


@given(st.integers(0, (1 << 35) - 1), st.integers(0, (1 << 35) - 1))
def test_different_numbers_give_different_references(one: int, two: int) -> None:
    refs = {public_ref(number.to_bytes(5, "big")) for number in (one, two)}
    assert len(refs) == len({one, two})


def test_no_letter_is_mistaken_for_a_digit() -> None:
    assert not set("ILOU") & set(ALPHABET)
    assert len(set(ALPHABET)) == 32
