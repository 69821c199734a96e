"""The bodies of pushes: firebase-admin encodes one of a kind, and the others differ from it in a few places only."""

import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import orjson
from firebase_admin import messaging

from api.notifications.types import PushEnvelope

KEPT_KINDS = 256
# Places are marked by a character that no real text holds (and one that does is encoded alone); the lifetime by a
# number that is looked for with its name and quotes, which cannot stand inside a text.
_TTL = 7_777_777
_TTL_TEXT = b'"ttl":"7777777s"'
_EDGE = "\ue000"
_MARK = _EDGE + "{}" + _EDGE
Build = Callable[[PushEnvelope], messaging.Message]


class Unencodable(ValueError):
    """The SDK would not take it."""


def encode_push(envelope: PushEnvelope, build: Build) -> bytes:
    """The request's body, byte for byte the SDK's; raises Unencodable."""
    places = (envelope.token, envelope.tag, *envelope.data.values(), *envelope.apns_headers.values())
    for place in (*places, envelope.title, envelope.body):
        if type(place) is not str:
            raise Unencodable("texts only")
    if not envelope.token or type(envelope.ttl_s) is not int or envelope.ttl_s < 0:
        raise Unencodable("no token or no lifetime")
    if _EDGE in envelope.title or _EDGE in envelope.body:
        return _encode_whole(envelope, build)
    parts, order = _skeleton(
        build, envelope.title, envelope.body, envelope.android_channel, envelope.interruption_level, envelope.silent,
        tuple(envelope.data), tuple(envelope.apns_headers),
    )  # fmt: skip
    # A text cannot hold what ends a JSON string unescaped, so it is written whole and its quotes are left out.
    try:
        texts = [orjson.dumps(place)[1:-1] for place in places]
    except TypeError as error:
        raise Unencodable("not Unicode") from error
    texts.append(b"%d" % envelope.ttl_s)
    out = [parts[0]]
    for index, part in zip(order, parts[1:], strict=True):
        out.append(texts[index])
        out.append(part)
    return b"".join(out)


def _encode_whole(envelope: PushEnvelope, build: Build) -> bytes:
    try:
        encoded: Any = messaging._MessagingService.encode_message(build(envelope))
        # As httpx writes JSON.
        return json.dumps({"message": encoded}, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    except ValueError as error:
        raise Unencodable(str(error)) from error


@lru_cache(KEPT_KINDS)
def _skeleton(
    build: Build, title: str, body: str, channel: str, level: str, silent: bool, data: tuple[str, ...],
    headers: tuple[str, ...],
) -> tuple[tuple[bytes, ...], tuple[int, ...]]:  # fmt: skip
    """What lies between the places, and which place comes where."""
    marks = [_MARK.format(number) for number in range(2 + len(data) + len(headers))]
    kind = PushEnvelope(
        token=marks[0], tag=marks[1], data=dict(zip(data, marks[2:], strict=False)), title=title, body=body,
        android_channel=channel, ttl_s=_TTL, apns_headers=dict(zip(headers, marks[2 + len(data) :], strict=True)),
        interruption_level=level, silent=silent,
    )  # fmt: skip
    whole = _encode_whole(kind, build)
    found = []
    for index, mark in enumerate(mark.encode() for mark in marks):
        at = whole.find(mark)
        while at >= 0:
            found.append((at, len(mark), index))
            at = whole.find(mark, at + 1)
    found.append((whole.index(_TTL_TEXT) + len(b'"ttl":"'), len("7777777"), len(marks)))
    parts, end = [], 0
    for at, size, _ in sorted(found):
        parts.append(whole[end:at])
        end = at + size
    return (*parts, whole[end:]), tuple(index for _, _, index in sorted(found))
