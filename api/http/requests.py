"""What each request carries around: its id, and the line logged when it is over."""

import re
import time
from urllib.parse import urlsplit
from uuid import uuid4

import structlog
from flask import Flask, Response, g, has_request_context, request

from api.http.bodies import refuse_encoded
from api.plumbing.metrics import REQUESTS

log = structlog.get_logger(__name__)
_ACCEPTABLE = re.compile(r"[A-Za-z0-9._-]{8,64}")


def current_request_id() -> str:
    """The id of the request being answered; `-` outside one."""
    return str(g.get("request_id", "-")) if has_request_context() else "-"


def keep_redirect_here(response: Response) -> None:
    """Make a redirect to the caller's Host header one to the path alone: the library builds it from that header."""
    location = response.headers.get("Location", "")
    if 300 <= response.status_code < 400 and (target := urlsplit(location)).netloc == request.host:
        # One slash: two would begin with another host.
        path = "/" + target.path.lstrip("/\\")
        response.headers["Location"] = f"{path}?{target.query}" if target.query else path


def register_requests(app: Flask) -> None:
    """Give every request an id (the caller's, when it is well formed), safe headers, a log line and a metric."""

    @app.before_request
    def start() -> None:
        offered = request.headers.get("X-Request-Id", "")
        g.request_id = offered if _ACCEPTABLE.fullmatch(offered) else uuid4().hex
        g.started = time.perf_counter()

    @app.before_request
    def measure() -> None:
        refuse_encoded(request)

    @app.after_request
    def finish(response: Response) -> Response:
        seconds = time.perf_counter() - g.get("started", time.perf_counter())
        # The rule, not the path: a path holds ids, and a label per id would never end.
        route = request.url_rule.rule if request.url_rule else "unmatched"
        REQUESTS.labels(route, request.method, response.status_code).observe(seconds)
        response.headers["X-Request-Id"] = current_request_id()
        keep_redirect_here(response)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
        response.headers.setdefault("Referrer-Policy", "no-referrer")
        log.info(
            "request",
            request_id=current_request_id(),
            method=request.method,
            route=route,
            status=response.status_code,
            ms=round(seconds * 1000, 1),
        )
        return response
