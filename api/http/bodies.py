"""Strict JSON in, fast JSON out.

In: the standard library's parser with hooks, since it can refuse what RFC 8259 leaves open (NaN, duplicate keys, huge
integers); depth is bounded before parsing, because a deep document otherwise ends in a RecursionError. Out: orjson
(docs/decisions/0005).
"""

import json
import math
import re
from typing import Any

import orjson
from flask import Request
from flask.json.provider import JSONProvider
from webargs.core import missing
from webargs.flaskparser import FlaskParser, is_json_request

from api.http.strictness import textual_values
from api.kernel.errors import DomainError, Kind, Malformed

MAX_DEPTH = 32
MAX_INTEGER_DIGITS = 20
LEAST_FLOAT = 1e-37
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


class NotJson(DomainError):
    """A body came with another content type than the route reads."""

    code, kind = "unsupported_media_type", Kind.UNSUPPORTED
    zh = "请以 application/json 提交。"
    en = "Send the body as application/json."


class EncodedBody(DomainError):
    """A body came compressed: what it would inflate to is not known before."""

    code, kind = "content_encoding_unsupported", Kind.UNSUPPORTED
    zh = "请不要压缩请求内容。"
    en = "Send the body as it is, without Content-Encoding."


def refuse_encoded(request: Request) -> None:
    """Raise EncodedBody for a body that is not sent as it is."""
    if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise EncodedBody


def parse_json(raw: bytes) -> Any:
    """The value of a JSON document; raises Malformed for anything that is not plain, bounded RFC 8259 JSON."""
    if _depth_exceeds(raw, MAX_DEPTH):
        raise Malformed(reason=f"JSON nested deeper than {MAX_DEPTH}")
    try:
        value = json.loads(
            raw.decode(), object_pairs_hook=_unique_object, parse_constant=_refuse_constant, parse_int=_bounded_int,
            parse_float=_finite_float,
        )  # fmt: skip
    except (UnicodeDecodeError, json.JSONDecodeError):
        raise Malformed(reason="not valid JSON") from None
    if _SURROGATE.search(raw):
        _refuse_half_characters(value)
    return value


def _refuse_half_characters(value: Any) -> None:
    # Half of a surrogate pair is a text for Python that can be neither stored, encrypted nor sent back.
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise Malformed(reason="text with half a character") from None


def _depth_exceeds(raw: bytes, limit: int) -> bool:
    # Counting brackets also counts those inside strings, so only a document with many brackets is looked at closely.
    if raw.count(b"[") + raw.count(b"{") <= limit:
        return False
    depth = 0
    in_string = escaped = False
    for byte in raw:
        if in_string:
            in_string = escaped or byte != 0x22
            escaped = byte == 0x5C and not escaped
        elif byte == 0x22:
            in_string = True
        elif byte in b"[{":
            depth += 1
            if depth > limit:
                return True
        elif byte in b"]}":
            depth -= 1
    return False


def _unique_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    built = dict(pairs)
    if len(built) != len(pairs):
        raise Malformed(reason="an object names a key twice")
    return built


def _refuse_constant(name: str) -> Any:
    raise Malformed(reason=f"{name} is not JSON")


def _bounded_int(digits: str) -> int:
    if len(digits) > MAX_INTEGER_DIGITS:
        raise Malformed(reason="an integer has too many digits")
    return int(digits)


def _finite_float(literal: str) -> float:
    value = float(literal)
    if value in (float("inf"), float("-inf")):
        raise Malformed(reason="a number is too large")
    # Nearer to nothing than any column of four bytes can tell, which would refuse it: as near as one can. Not nothing
    # itself, which would be a whole number.
    return math.copysign(LEAST_FLOAT, value) if 0 < abs(value) < LEAST_FLOAT else value


class StrictParser(FlaskParser):
    """webargs' parser with our JSON, refusing unknown query parameters as well as unknown fields."""

    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "query": "raise", "querystring": "raise"}

    def parse(self, argmap: Any, req: Any = None, *, location: str | None = None, **kwargs: Any) -> Any:
        with textual_values(textual=(location or self.location) != "json"):
            return super().parse(argmap, req, location=location, **kwargs)

    def _raw_load_json(self, req: Request) -> Any:
        raw = req.get_data(cache=True)
        if not raw:
            return missing
        if not is_json_request(req):
            raise NotJson
        _refuse_nul(b"\\u0000" in raw)
        return parse_json(raw)

    def load_querystring(self, req: Any, schema: Any) -> Any:
        _refuse_nul(b"%00" in req.query_string)
        return super().load_querystring(req, schema)


def _refuse_nul(found: bool) -> None:
    # No text column can hold U+0000: unrefused, it would end in a database error in whatever field it comes.
    if found:
        raise Malformed(reason="U+0000 in a text")


class JsonProvider(JSONProvider):
    """Flask's JSON hook: orjson out (UTC `Z` times), strict parser in."""

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        return encode_json(obj).decode()

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        return parse_json(s if isinstance(s, bytes) else s.encode())

    def response(self, *args: Any, **kwargs: Any) -> Any:
        body = encode_json(self._prepare_response_obj(args, kwargs)).decode()
        return self._app.response_class(body, mimetype="application/json")


def encode_json(obj: Any) -> bytes:
    """UTF-8 JSON bytes of dicts, lists, dataclasses, UUIDs and datetimes."""
    return orjson.dumps(obj, option=orjson.OPT_UTC_Z)
