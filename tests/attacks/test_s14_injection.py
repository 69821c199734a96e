"""S14: text that means something to a database, through every filter and every code in a path."""

import pytest

from api.identity.types import Role

TEXTS = [
    "'",
    "' OR '1'='1",
    "'; DROP TABLE incidents; --",
    "1); SELECT pg_sleep(3); --",
    '"; SELECT 1; --',
    "%' UNION SELECT phone FROM people --",
    "$1",
    "%s%(a)s{0}",
    "\\",
    "%_%",
    "a\x00b",
    "\ud7ff\uffff",
    "-1e400",
    "{1,2}",
    "1,2,3,4,5",
    "nan,nan,nan,nan",
    "9" * 400,
    "x" * 3_000,
]


@pytest.fixture(scope="module")
def chief(arena):
    return arena.person(*Role)


@pytest.fixture(scope="module")
def filters(routes, spec):
    """Every query parameter of every reading route."""
    return [
        (route, parameter["name"])
        for route in routes
        if route.method == "GET"
        for parameter in spec.operation(route).get("parameters", [])
        if parameter.get("in") == "query"
    ]


@pytest.mark.parametrize("words", TEXTS, ids=range(len(TEXTS)))
def test_no_filter_breaks_or_obeys(arena, filters, chief, words) -> None:
    broken = []
    for route, name in filters:
        status = arena.send(route, chief, query_string={name: words}).status_code
        # Streams are another process's: whatever is asked, this one only says where.
        if status not in {200, 400, 404, 422} and not (status == 421 and "/v1/stream" in str(route)):
            broken.append(f"{route} {name}: {status}")
    assert not broken, "\n".join(broken)


def test_no_code_in_a_path_breaks(arena, routes, chief) -> None:
    broken = []
    for route in routes:
        for words in TEXTS if len(route.ids) < len(route.parameters) else []:
            if "/" in words:
                continue
            body = {"zh": "某", "en": "some"} if route.method == "PUT" else {}
            answer = arena.send(route, chief, url=route.url(code=words), json=body)
            if answer.status_code not in {400, 404, 422}:
                broken.append(f"{route} {words!r}: {answer.status_code}")
    assert not broken, "\n".join(broken)


def test_nothing_was_obeyed(arena, filters, chief) -> None:
    before = arena.digest()
    for route, name in filters:
        arena.send_for_good(route, chief, query_string={name: "'; DELETE FROM people; --"})
    after = arena.digest()
    assert {name for name in after if after[name] != before[name]} <= {"audit_entries", "sync_points"}
    print(f"\nS14: {len(filters)} filters x {len(TEXTS)} texts = {len(filters) * len(TEXTS)} cells")
