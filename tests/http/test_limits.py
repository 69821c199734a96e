"""Limits hold for made-up tokens as well, and never for want of Redis."""

import pytest
from flask import Flask
from flask_limiter import Limit, Limiter
from flask_limiter.util import get_remote_address

from api.http.errors import register_errors
from api.http.limits import DEFAULTS, caller_bucket, limiter
from api.http.requests import register_requests


@pytest.fixture
def limited() -> Flask:
    """An app with small limits of the same two kinds, whose Redis is away."""
    app = Flask("limited")
    app.config["RATELIMIT_STORAGE_URI"] = "redis://127.0.0.1:1"
    small = Limiter(
        key_func=caller_bucket,
        default_limits=[Limit("3 per minute"), Limit("6 per minute", key_function=get_remote_address)],
        in_memory_fallback_enabled=limiter._in_memory_fallback_enabled,
        swallow_errors=limiter._swallow_errors,
    )
    register_requests(app)
    small.init_app(app)
    register_errors(app)
    app.add_url_rule("/", view_func=lambda: "ok")
    return app


def call(app: Flask, token: str) -> int:
    return app.test_client().get("/", headers={"Authorization": f"Bearer {token}"}).status_code


def test_one_token_is_one_bucket_though_redis_is_away(limited: Flask) -> None:
    assert [call(limited, "a") for _ in range(4)] == [200, 200, 200, 429]
    assert call(limited, "b") == 200


def test_a_new_token_each_time_ends_at_the_address(limited: Flask) -> None:
    assert [call(limited, f"made-up-{n}") for n in range(7)] == [200] * 6 + [429]


def test_the_refusal_says_when_to_come_back(limited: Flask) -> None:
    for _ in range(3):
        call(limited, "a")
    answer = limited.test_client().get("/", headers={"Authorization": "Bearer a"})
    assert answer.json["code"] == "too_many_requests"
    assert int(answer.headers["Retry-After"]) > 0


def test_a_request_whose_neighbour_found_redis_gone_first_is_answered_too(limited: Flask, monkeypatch) -> None:
    small = next(iter(limited.extensions["limiter"]))
    evaluate = Limiter._Limiter__evaluate_limits

    def fail(*_: object) -> None:
        # The neighbour turned the fall-back on between this request's look at it and its own failure.
        small._storage_dead = True
        monkeypatch.setattr(Limiter, "_Limiter__evaluate_limits", evaluate)
        raise ConnectionError

    monkeypatch.setattr(Limiter, "_Limiter__evaluate_limits", fail)
    assert call(limited, "a") == 200
    assert call(limited, "a") == 200


def test_the_product_s_limiter_has_both_buckets() -> None:
    assert [limit.key_function for limit in DEFAULTS] == [None, get_remote_address]
