"""Cursors signed with the app's key; services and queries only see the plain sort keys."""

from collections.abc import Sequence
from typing import Any

from flask import current_app

from api.kernel.paging import decode_cursor, encode_cursor


def read_cursor(cursor: str | None, purpose: str) -> list[Any] | None:
    """The sort key a cursor stands for, or None on the first page; raises BadCursor."""
    return None if cursor is None else decode_cursor(cursor, purpose=purpose, key=_key())


def write_cursor(values: Sequence[Any], purpose: str) -> str:
    """The cursor after the row with this sort key. `purpose` names the list and must include its filters' scope."""
    return encode_cursor(values, purpose=purpose, key=_key())


def _key() -> bytes:
    key: bytes = current_app.extensions["gridloop.settings"].secret
    return key
