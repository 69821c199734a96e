"""Cursors come back as they went out, or not at all."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.kernel.paging import BadCursor, decode_cursor, encode_cursor

pytestmark = pytest.mark.unit
KEY = b"k" * 32
keys = st.lists(st.one_of(st.integers(), st.text(), st.none(), st.booleans()), max_size=4)


@given(keys)
def test_a_cursor_returns_its_values(values: list) -> None:
    cursor = encode_cursor(values, purpose="list", key=KEY)
    assert decode_cursor(cursor, purpose="list", key=KEY) == values
    assert cursor.isascii()
    assert not set(cursor) & set("+/= ")


@given(keys, st.integers(0), st.integers(1, 255))
def test_a_changed_byte_is_noticed(values: list, where: int, change: int) -> None:
    cursor = encode_cursor(values, purpose="list", key=KEY)
    raw = bytearray(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    raw[where % len(raw)] ^= change
    with pytest.raises(BadCursor):
        decode_cursor(base64.urlsafe_b64encode(raw).decode().rstrip("="), purpose="list", key=KEY)


@pytest.mark.parametrize(("purpose", "key"), [("other", KEY), ("list", b"x" * 32)])
def test_another_list_s_or_another_server_s_cursor_is_refused(purpose: str, key: bytes) -> None:
    with pytest.raises(BadCursor):
        decode_cursor(encode_cursor([1], purpose="list", key=KEY), purpose=purpose, key=key)


@given(st.text(max_size=60))
def test_any_other_text_is_refused_and_nothing_worse(text: str) -> None:
    with pytest.raises(BadCursor):
        decode_cursor(text, purpose="list", key=KEY)


@pytest.mark.parametrize("text", ["", "A", "AAAA", "====", "é", "[1]", "\x00", "A" * 500])
def test_odd_texts_are_refused(text: str) -> None:
    with pytest.raises(BadCursor):
        decode_cursor(text, purpose="list", key=KEY)
