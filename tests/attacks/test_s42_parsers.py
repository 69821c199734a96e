"""S42: what reads the words of strangers, under made-up input: it takes them or refuses them, and never breaks.

A seeded fuzz of single parsers. The whole of HTTP is in tests/contract/test_fuzz.py. Long form: many times the cases.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from api.duty.rules.trackers import read_bodies, read_osmand, read_owntracks
from api.files.rules.sniffing import sniff
from api.files.rules.tus import clean_name, read_checksum, read_length, read_metadata, read_new
from api.grids.rules.areas import read_area
from api.http.bodies import parse_json
from api.identity.rules.phones import parse_phone
from api.identity.rules.subscriptions import read_subscription
from api.kernel.errors import DomainError
from api.kernel.geo import Datum
from api.kernel.paging import decode_cursor, encode_cursor
from api.notifications.rules.receipts import read_signed_id
from tests.attacks.hooks import REPORTS, public_url, signature, twilio_forms
from tests.attacks.ledger import LONG, count

CASES = 20_000 if LONG else 60
KEY, NOW = b"k" * 32, datetime(2026, 11, 22, tzinfo=UTC)
steady = settings(
    max_examples=CASES, deadline=None, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip

texts = st.one_of(
    st.text(max_size=60),
    st.text("+-0123456789 ()ext.;=#*", max_size=40),
    st.from_regex(r"(\+86)? ?1[3-9][0-9] ?[0-9]{4} ?[0-9]{4}"),
    st.just(encode_cursor([1, "x"], purpose="list", key=KEY)),
    st.text("ABCxyz019+/=,_- ", max_size=80),
    st.from_regex(r"(filename|purpose|type) [A-Za-z0-9+/=]{0,20}(,(filename|x) [A-Za-z0-9+/]{0,9}={0,3}){0,3}"),
    st.from_regex(r"(sha1|sha256|md5) [A-Za-z0-9+/]{0,44}={0,2}"),
)
numbers = st.one_of(st.integers(), st.floats(), st.sampled_from([2**63, -(2**31), 1e308, 180, -90, 5e-324]))
scalars = st.one_of(st.none(), st.booleans(), numbers, texts)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(texts, inner, max_size=4), max_leaves=20
)
near = st.tuples(st.floats(107, 108), st.floats(29, 30)).map(list)
positions = st.one_of(near, st.tuples(numbers, numbers).map(list), values)
good_rings = st.lists(near, min_size=3, max_size=6).map(lambda ring: [*ring, ring[0]])
closed = st.lists(positions, max_size=8).map(lambda ring: ring + ring[:1])
rings = st.one_of(good_rings, closed, st.lists(positions, max_size=6))
outlines = st.one_of(
    values,
    st.lists(good_rings, min_size=1, max_size=2),
    st.lists(rings, max_size=3),
    st.lists(st.lists(rings, max_size=2), max_size=3),
)
WORDS = (
    "location", "coords", "lat", "lon", "latitude", "longitude", "timestamp", "tst", "_type", "acc", "accuracy", "hdop",
    "speed", "vel", "heading", "cog", "valid", "mock", "device_id", "id",
)  # fmt: skip
said = st.dictionaries(st.sampled_from(WORDS), st.one_of(values, st.just("location")), max_size=8)
subscriptions = st.one_of(texts, values.map(lambda v: json.dumps({"endpoint": v, "keys": v}, default=str)))

PARSERS: dict[str, tuple[Callable[[Any], object], st.SearchStrategy[Any]]] = {
    "outline": (lambda v: read_area("Polygon", v, Datum.GCJ02), outlines),
    "outlines": (lambda v: read_area("MultiPolygon", v, Datum.WGS84), outlines.map(lambda v: [v])),
    "telephone number": (parse_phone, texts),
    "json": (parse_json, st.one_of(st.binary(max_size=80), values.map(lambda v: json.dumps(v, default=str).encode()))),
    "cursor": (lambda v: decode_cursor(v, purpose="list", key=KEY), texts),
    "tus metadata": (read_metadata, texts),
    "tus checksum": (read_checksum, texts),
    "tus length": (lambda v: read_length(v, "Upload-Length"), texts),
    "tus creation": (lambda v: read_new(v[0], None, v[1]), st.tuples(texts | st.just("10"), texts)),
    "file name": (clean_name, texts),
    "file": (sniff, st.one_of(st.binary(max_size=200), st.sampled_from([b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF",
             b"%PDF-", b"PK\x03\x04", b"ID3", b"\0\0\0\x18ftyp"]).flatmap(lambda head: st.binary(max_size=60).map(
                 lambda tail: head + tail)))),
    "message's signed id": (lambda v: read_signed_id(v, KEY), texts),
    "push subscription": (read_subscription, subscriptions),
    "osmand": (lambda v: read_osmand(v, NOW), said),
    "owntracks": (read_owntracks, st.one_of(values, said)),
    "traccar": (lambda v: read_bodies(v, NOW), st.one_of(values, said, st.lists(said, max_size=3))),
}  # fmt: skip


@pytest.mark.unit
@pytest.mark.parametrize("name", PARSERS)
def test_a_parser_takes_or_refuses_and_never_breaks(name: str) -> None:
    parse, inputs = PARSERS[name]
    tried = {"taken": 0, "refused": 0}

    @seed(42)
    @steady
    @given(inputs)
    def feed(value: Any) -> None:
        try:
            parse(value)
        except DomainError:
            tried["refused"] += 1
        else:
            tried["taken"] += 1

    feed()
    count("S42", f"made-up input: {name}", sum(tried.values()), **tried)


def test_a_provider_s_form_of_anything_is_answered(app: Flask) -> None:
    """Signed, so that it is read at all: somebody holds the account's token, or the provider has lost its mind."""
    base, forms, client = public_url(app), twilio_forms("x"), app.test_client()
    seen: dict[int, int] = {}
    fields = sorted({name for form in forms.values() for name in form} | {"ErrorCode", "Digits", "Body"})

    @seed(42)
    @settings(steady, max_examples=1_000 if LONG else 30)
    @given(st.sampled_from(sorted(forms)), st.dictionaries(st.sampled_from(fields), texts, max_size=5), values)
    def post(path: str, changes: dict[str, str], report: Any) -> None:
        form = {**forms[path], **changes}
        answers = [
            client.post(path, data=form, headers=signature(base + path, form)),
            client.post(REPORTS, data=json.dumps([report], default=str), content_type="application/json"),
        ]
        for answer in answers:
            seen[answer.status_code] = seen.get(answer.status_code, 0) + 1
            assert answer.status_code < 500, (path, changes, report)

    post()
    count("S42", "made-up forms and reports of providers", sum(seen.values()), statuses=seen)
