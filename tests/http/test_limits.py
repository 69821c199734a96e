"""Limits hold for made-up tokens, across processes, and never for want of Redis."""

import time
from uuid import uuid4

import pytest
from flask import Flask
from redis import Redis

from api.http.errors import register_errors
from api.http.limits import DEFAULTS, Limit, Limiter, caller_bucket, get_remote_address
from api.http.requests import register_requests
from api.http.tallies import SHARE, Tallies
from deploy.local.redis_server import ensure_redis

NOWHERE = "redis://127.0.0.1:1"


def limited_app(redis_url: str, most: int = 3) -> Flask:
    """An app with small limits of the same two kinds."""
    app = Flask("limited")
    small = Limiter([Limit(most, caller_bucket), Limit(2 * most, get_remote_address)])
    register_requests(app)
    small.init_app(app, redis_url)
    register_errors(app)
    app.add_url_rule("/", view_func=lambda: "ok")
    app.add_url_rule("/narrow", "narrow", small.limit("1 per minute", key_func=caller_bucket)(lambda: "ok"))
    app.add_url_rule("/open", "open", small.exempt(lambda: "ok"))
    return app


@pytest.fixture
def limited() -> Flask:
    """Whose Redis is away."""
    return limited_app(NOWHERE)


def call(app: Flask, token: str, path: str = "/") -> int:
    return app.test_client().get(path, headers={"Authorization": f"Bearer {token}"}).status_code


def test_one_token_is_one_bucket_though_redis_is_away(limited: Flask) -> None:
    assert [call(limited, "a") for _ in range(4)] == [200, 200, 200, 429]
    assert call(limited, "b") == 200


def test_a_new_token_each_time_ends_at_the_address(limited: Flask) -> None:
    assert [call(limited, f"made-up-{n}") for n in range(7)] == [200] * 6 + [429]


def test_what_is_no_route_is_counted_however_it_is_spelt(limited: Flask) -> None:
    assert [call(limited, "a", f"/no-{n}") for n in range(4)] == [404, 404, 404, 429]


def test_a_route_has_its_own_limit_or_none(limited: Flask) -> None:
    assert [call(limited, "a", "/narrow") for _ in range(2)] == [200, 429]
    assert {call(limited, "a", "/open") for _ in range(9)} == {200}


def test_the_refusal_says_when_to_come_back(limited: Flask) -> None:
    for _ in range(3):
        call(limited, "a")
    answer = limited.test_client().get("/", headers={"Authorization": "Bearer a"})
    assert answer.json["code"] == "too_many_requests"
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.headers["X-RateLimit-Remaining"] == "0"


def test_two_processes_count_together() -> None:
    # Two apps, and nothing between them but Redis.
    first, second = (limited_app(ensure_redis("test").url) for _ in range(2))
    token = uuid4().hex
    assert [call(first, token), call(second, token), call(first, token), call(second, token)] == [200] * 3 + [429]


def test_a_caller_of_few_requests_costs_no_round_trip() -> None:
    url, key = ensure_redis("test").url, f"test:{uuid4()}"
    mine, other = Tallies(url), Tallies(url)
    most = 10 * SHARE
    redis = Redis.from_url(url)
    for number in range(1, 10):
        assert mine.add(key, most=most, seconds=60).count == number
    assert redis.get(f"gridloop:limit:{key}") is None
    assert mine.add(key, most=most, seconds=60).count == 10
    assert int(redis.get(f"gridloop:limit:{key}") or 0) == 10
    counts = [other.add(key, most=most, seconds=60).count for _ in range(10)]
    assert counts[-1] == 20
    assert redis.ttl(f"gridloop:limit:{key}") > 0


def test_a_window_ends() -> None:
    tallies = Tallies(NOWHERE)
    tallies.add("x", most=1_000, seconds=60)
    assert tallies.add("x", most=1_000, seconds=60).count == 2
    tallies._tallies["x"].ends_at = time.time() - 1
    assert tallies.add("x", most=1_000, seconds=60).count == 1


def test_a_redis_that_comes_back_is_told_what_was_counted_meanwhile() -> None:
    url, key = ensure_redis("test").url, f"test:{uuid4()}"
    tallies = Tallies(NOWHERE)
    for _ in range(5):
        tallies.add(key, most=SHARE, seconds=60)
    tallies._redis, tallies._asleep_until = Redis.from_url(url), 0.0
    assert tallies.add(key, most=SHARE, seconds=60).count == 6
    assert int(Redis.from_url(url).get(f"gridloop:limit:{key}") or 0) == 6


def test_the_product_s_limiter_has_both_buckets() -> None:
    assert [limit.bucket for limit in DEFAULTS] == [caller_bucket, get_remote_address]
