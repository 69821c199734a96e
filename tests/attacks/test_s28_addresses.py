"""S28: a caller cannot choose the address it is counted by."""

from itertools import pairwise
from uuid import uuid4

from flask import request

from api.app import create_app

REAL = f"203.0.113.{uuid4().bytes[0]}"
SPOOFS = [
    {},
    *({"X-Forwarded-For": f"198.51.100.{n}"} for n in range(5)),
    {"X-Forwarded-For": "127.0.0.1, 198.51.100.7"},
    {"X-Forwarded-For": "unknown, , '; --"},
    {"X-Real-IP": "198.51.100.8"},
    {"Forwarded": "for=198.51.100.9;proto=https"},
    {"X-Client-IP": "198.51.100.10", "True-Client-IP": "198.51.100.10", "CF-Connecting-IP": "198.51.100.10"},
    {"X-Original-Forwarded-For": "198.51.100.11", "X-Forwarded-Host": "evil.example"},
]


def visit(make_settings, *, proxies: int, peer: str, forwarded: list[dict[str, str]]) -> tuple[list[str], list[int]]:
    """The addresses seen, and what was left of the allowance after each request."""
    app = create_app(make_settings("postgresql+psycopg://nobody@/nowhere", trusted_proxies=proxies))
    left, seen = [], []
    for headers in forwarded:
        with app.test_client() as client:
            answer = client.get("/v1/problems", headers=headers, environ_base={"REMOTE_ADDR": peer})
            seen.append(request.remote_addr)
        left.append(int(answer.headers["X-RateLimit-Remaining"]))
    return seen, left


def counted_as_one(left: list[int]) -> bool:
    # The window may turn once on the way.
    steps = [before - after for before, after in pairwise(left)]
    return sum(step == 1 for step in steps) >= len(steps) - 1


def test_without_a_proxy_no_header_is_believed(make_settings) -> None:
    seen, left = visit(make_settings, proxies=0, peer=REAL, forwarded=SPOOFS)
    assert set(seen) == {REAL}
    assert counted_as_one(left), left


def test_behind_one_proxy_only_its_own_word_is_believed(make_settings) -> None:
    real = f"203.0.113.{uuid4().bytes[1]}"
    appended = [
        {**headers, "X-Forwarded-For": ", ".join(filter(None, [headers.get("X-Forwarded-For"), real]))}
        for headers in SPOOFS
    ]
    seen, left = visit(make_settings, proxies=1, peer="127.0.0.1", forwarded=appended)
    assert set(seen) == {real}
    assert counted_as_one(left), left


def test_two_callers_behind_one_proxy_are_two(make_settings) -> None:
    pair = [{"X-Forwarded-For": "192.0.2.1"}, {"X-Forwarded-For": "192.0.2.2"}]
    seen, _ = visit(make_settings, proxies=1, peer="127.0.0.1", forwarded=pair)
    assert seen == ["192.0.2.1", "192.0.2.2"]
