"""Rate limits. Redis holds the counts; without it each process counts for itself, and nothing is refused for that.

Two buckets for every request: the bearer token, and the address. The address's is ten times as wide, because a whole
station may stand behind one; it is what holds when somebody makes up a new token each time. Limits on money and on
sign-in codes are counted in the database instead (identity), because they must hold exactly.
"""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask, request
from flask_limiter import Limit, Limiter
from flask_limiter.util import get_remote_address

View = Callable[..., Any]


def caller_bucket() -> str:
    """The limiter's key: a digest of the bearer token, or the address."""
    token = request.headers.get("Authorization", "")
    return hashlib.sha256(token.encode()).hexdigest()[:24] if token else get_remote_address()


DEFAULTS = (Limit("1200 per minute"), Limit("12000 per minute", key_function=get_remote_address))
limiter = Limiter(
    key_func=caller_bucket,
    default_limits=list(DEFAULTS),
    in_memory_fallback_enabled=True,
    # Of several requests that meet a Redis that has just gone, the first one turns the fall-back on and the others find
    # it on already: for them the library knows no second try, and would answer 500.
    swallow_errors=True,
    strategy="fixed-window",
    headers_enabled=True,
)


def body_limit(most_bytes: int) -> Callable[[View], View]:
    """Refuse a larger body (413) before anything reads it; stands above `operation`, which reads the body first."""

    def decorate(view: View) -> View:
        @wraps(view)
        def run(*args: Any, **kwargs: Any) -> Any:
            request.max_content_length = most_bytes
            return view(*args, **kwargs)

        return run

    return decorate


def register_limits(app: Flask) -> None:
    """Attach the limiter."""
    limiter.init_app(app)
