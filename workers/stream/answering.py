"""What every answer of this process has in common: problem documents, origins that may read, safe headers."""

import random
import re
from collections.abc import Awaitable, Callable
from uuid import uuid4

import structlog
from aiohttp import web
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from api.http.bodies import encode_json
from api.http.errors import STATUS, Internal, problem_body, problem_headers
from api.http.minimums import HEADER, AppMinimum, AppTooOld, missed_minimum
from api.kernel.errors import DomainError, NotFound, Unavailable
from workers.pusher.database import is_passing

log = structlog.get_logger(__name__)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
REQUEST_ID: web.RequestKey[str] = web.RequestKey("request_id", str)
MINIMUMS: web.AppKey[dict[str, AppMinimum]] = web.AppKey("minimums", dict)
READERS: web.AppKey[frozenset[str]] = web.AppKey("readers", frozenset)
_ACCEPTABLE = re.compile(r"[A-Za-z0-9._-]{8,64}")
_ASKED_HEADERS = "Authorization, Last-Event-ID, Accept, Accept-Language, Cache-Control, X-Request-Id, X-App-Version"
# Everybody is refused at once when the database goes: they should not all come back at once.
_FIRST_RETRY_S, _LAST_RETRY_S = 2, 8


@web.middleware
async def refuse_in_words(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every refusal as a problem document, as the API writes it."""
    offered = request.headers.get("X-Request-Id", "")
    request[REQUEST_ID] = offered if _ACCEPTABLE.fullmatch(offered) else uuid4().hex
    try:
        _refuse_old_app(request)
        return await handler(request)
    except DomainError as error:
        return problem_answer(request, error)
    except web.HTTPNotFound:
        return problem_answer(request, NotFound())
    except web.HTTPException as error:
        return problem_answer(request, NotFound(), status=error.status)
    except TimeoutError:
        return problem_answer(request, _unavailable())
    except Exception as error:
        if is_passing(error):
            return problem_answer(request, _unavailable())
        log.error("unexpected", error=type(error).__name__, request_id=request[REQUEST_ID], exc_info=True)
        return problem_answer(request, Internal(), status=500)


def problem_answer(request: web.Request, error: DomainError, *, status: int | None = None) -> web.Response:
    """The problem document of a refusal."""
    status = status or STATUS[error.kind]
    accepted = parse_accept_header(request.headers.get("Accept-Language", ""), LanguageAccept)
    chinese = (accepted.best_match(["zh-CN", "zh", "en"], "zh-CN") or "zh").startswith("zh")
    body = problem_body(error, status, chinese=chinese, request_id=request[REQUEST_ID])
    return web.Response(
        body=encode_json(body),
        status=status,
        content_type="application/problem+json",
        headers=problem_headers(error, status),
    )


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """What goes with every answer; whose pages may read it is decided by the browser from these."""
    response.headers["X-Request-Id"] = request.get(REQUEST_ID, "-")
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
    origin = request.headers.get("Origin", "")
    response.headers.add("Vary", "Origin")
    if origin in request.app[READERS]:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = "Retry-After, X-Request-Id"


async def allow_origin(request: web.Request) -> web.Response:
    """The browser's question before it sends a token."""
    headers = {
        "Access-Control-Allow-Methods": "GET",
        "Access-Control-Allow-Headers": _ASKED_HEADERS,
        "Access-Control-Max-Age": "600",
    }
    return web.Response(status=204, headers=headers if request.headers.get("Origin") in request.app[READERS] else {})


def _refuse_old_app(request: web.Request) -> None:
    minimums = request.app[MINIMUMS]
    old = missed_minimum(request.headers.get(HEADER, ""), minimums)
    if old is not None and request.path.startswith("/v1/"):
        raise AppTooOld(app=old.name, minimum=old.minimum, link=old.link)


def _unavailable() -> Unavailable:
    return Unavailable(retry_after=random.randint(_FIRST_RETRY_S, _LAST_RETRY_S))
