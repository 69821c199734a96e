"""Tokens: what a phone gives back to go on from. Signing them is the route's business."""

from typing import Any

from api.plumbing.changes import Cursor, Witness
from api.sync.rules import VERSION, read_begun, read_moment, write_begun, write_moment
from api.sync.types import Begun


def write_token(cursor: Cursor, begun: Begun | None) -> list[Any]:
    """The values of a token."""
    seen = cursor.witness
    place = [cursor.upto, cursor.xid, cursor.id]
    return [
        VERSION, cursor.base, write_moment(cursor.made_at), [seen.id, seen.at] if seen else None, place,
        write_begun(begun),
    ]  # fmt: skip


def read_token(values: list[Any] | None) -> tuple[Cursor, Begun | None] | None:
    """The cursor and the place behind a token; None for none, or one of another release's form."""
    if not values or values[0] != VERSION:
        return None
    _, base, made_at, seen, (upto, xid, row), begun = values
    witness = Witness(*seen) if seen else None
    return Cursor(base, read_moment(made_at), witness, upto, xid, row), read_begun(begun)
