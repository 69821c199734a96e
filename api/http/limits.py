"""Rate limits. Redis holds the counts of all processes together (`tallies`); without it each process counts for itself,
and nothing is refused for that.

Two buckets for every request: the bearer token, and the address. The address's is ten times as wide, because a whole
station may stand behind one; it is what holds when somebody makes up a new token each time. A route with limits of its
own has only those. Limits on money and on sign-in codes are counted in the database instead (identity), because they
must hold exactly.
"""

import hashlib
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, NamedTuple

from flask import Flask, Response, current_app, g, request

from api.http.tallies import Tallies
from api.kernel.errors import TooMany

View = Callable[..., Any]
WINDOW_S = 60
# A body with an outline in it: 500 positions are 20 kB at most, and it is measured before it is parsed.
OUTLINE_BODY = 64 * 1024


def get_remote_address() -> str:
    """The caller's address, as far as the proxies in front are trusted."""
    return request.remote_addr or "-"


def caller_bucket() -> str:
    """The limiter's key: a digest of the bearer token, or the address."""
    token = request.headers.get("Authorization", "")
    return hashlib.sha256(token.encode()).hexdigest()[:24] if token else get_remote_address()


class Limit(NamedTuple):
    """So many requests of one bucket to one route in a minute."""

    most: int
    bucket: Callable[[], str]


class Limiter:
    """Counts requests, and refuses those beyond a limit (429)."""

    def __init__(self, defaults: Sequence[Limit]) -> None:
        self.enabled = True
        self.defaults = tuple(defaults)

    def limit(self, words: str, *, key_func: Callable[[], str]) -> Callable[[View], View]:
        """A limit of a route's own, instead of the usual ones: `"30 per minute"`."""
        most, _, unit = words.partition(" per ")
        if unit != "minute":
            raise ValueError(words)
        own = Limit(int(most), key_func)

        def decorate(view: View) -> View:
            view.limits = (own, *getattr(view, "limits", ()))  # type: ignore[attr-defined]
            return view

        return decorate

    def exempt(self, view: View) -> View:
        """No limit: whoever calls is known by a signature, and comes in storms."""
        view.limits = ()  # type: ignore[attr-defined]
        return view

    def init_app(self, app: Flask, redis_url: str) -> None:
        """Count every request of this app."""
        tallies = Tallies(redis_url)

        @app.before_request
        def count() -> None:
            g.limit_told = None
            if self.enabled:
                self._count(tallies)

        @app.after_request
        def tell(response: Response) -> Response:
            if (told := g.get("limit_told")) is not None:
                most, left, ends_at = told
                response.headers["X-RateLimit-Limit"] = str(most)
                response.headers["X-RateLimit-Remaining"] = str(left)
                response.headers["X-RateLimit-Reset"] = str(ends_at)
            return response

    def _count(self, tallies: Tallies) -> None:
        # By the route and not by the path: spelt in a thousand ways it is the same. What is no route shares one count.
        endpoint = request.endpoint or "-"
        view = current_app.view_functions.get(endpoint)
        for limit in getattr(view, "limits", self.defaults):
            key = f"{endpoint}:{limit.most}:{limit.bucket()}"
            tally = tallies.add(key, most=limit.most, seconds=WINDOW_S)
            count = tally.count
            if g.limit_told is None or count > limit.most:
                g.limit_told = (limit.most, max(limit.most - count, 0), int(tally.ends_at) + 1)
            if count > limit.most:
                raise TooMany(retry_after=tally.seconds_left)


DEFAULTS = (Limit(1_200, caller_bucket), Limit(12_000, get_remote_address))
limiter = Limiter(DEFAULTS)


def body_limit(most_bytes: int) -> Callable[[View], View]:
    """Refuse a larger body (413) before anything reads it; stands above `operation`, which reads the body first."""

    def decorate(view: View) -> View:
        @wraps(view)
        def run(*args: Any, **kwargs: Any) -> Any:
            request.max_content_length = most_bytes
            return view(*args, **kwargs)

        return run

    return decorate


def register_limits(app: Flask, redis_url: str) -> None:
    """Attach the limiter."""
    limiter.init_app(app, redis_url)
