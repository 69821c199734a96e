"""Keyset pages: a cursor is the last row's sort key, signed so that nobody can craft one."""

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from api.kernel.errors import DomainError, Kind

T = TypeVar("T")
_SIGNATURE_BYTES = 12


class BadCursor(DomainError):
    """The cursor was not made by this server, or for another list."""

    code, kind = "bad_cursor", Kind.INVALID
    zh = "分页游标无效，请从第一页重新开始。"
    en = "The cursor is not valid here; start again from the first page."


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list; `next_cursor` is None on the last."""

    items: Sequence[T]
    next_cursor: str | None = None


def encode_cursor(values: Sequence[Any], *, purpose: str, key: bytes) -> str:
    """Sign `values` (JSON scalars: the sort key of the last row) for one list, named by `purpose`."""
    body = json.dumps(list(values), separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_signature(body, purpose, key) + body).decode().rstrip("=")


def decode_cursor(cursor: str, *, purpose: str, key: bytes) -> list[Any]:
    """The values of a cursor made by `encode_cursor` with the same purpose and key; raises BadCursor otherwise."""
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except (ValueError, UnicodeError):
        raise BadCursor from None
    signature, body = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
    if not hmac.compare_digest(signature, _signature(body, purpose, key)):
        raise BadCursor
    values: list[Any] = json.loads(body)
    return values


def _signature(body: bytes, purpose: str, key: bytes) -> bytes:
    return hmac.new(key, purpose.encode() + b"\0" + body, hashlib.sha256).digest()[:_SIGNATURE_BYTES]
