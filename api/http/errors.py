"""Problem documents (RFC 9457). The only place that knows which status a refusal has."""

from collections.abc import Iterator
from typing import Any

import structlog
from flask import Flask, Response, request
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from api.http.bodies import encode_json
from api.http.messages import translate
from api.http.requests import current_request_id
from api.kernel.errors import DomainError, Invalid, Issue, Kind, Malformed, NotFound, TooLarge, TooMany, Unavailable

log = structlog.get_logger(__name__)

STATUS: dict[Kind, int] = {
    Kind.MALFORMED: 400,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.GONE: 410,
    Kind.STALE: 412,
    Kind.TOO_LARGE: 413,
    Kind.UNSUPPORTED: 415,
    Kind.MISDIRECTED: 421,
    Kind.INVALID: 422,
    Kind.OUTDATED: 426,
    Kind.PRECONDITION_REQUIRED: 428,
    Kind.TOO_MANY: 429,
    Kind.MISMATCH: 460,  # given by tus 1.0 to bytes that are not those of their checksum
    Kind.UNAVAILABLE: 503,
}


class MethodNotAllowed(DomainError):
    """The path exists, the method does not."""

    code, kind = "method_not_allowed", Kind.NOT_FOUND
    zh = "不支持此方法。"
    en = "This method is not supported here."


class Internal(DomainError):
    """Something broke on our side; the text gives nothing away, the request id finds the log line."""

    code, kind = "internal", Kind.UNAVAILABLE
    zh = "服务器内部错误，请联系管理员并提供请求编号。"
    en = "Something broke on our side; give the request id to your administrator."


def problem(error: DomainError, *, status: int | None = None) -> Response:
    """The problem document of a refusal, its title in the language the caller prefers, both languages in `text`."""
    status = status or STATUS[error.kind]
    chinese = request.accept_languages.best_match(["zh-CN", "zh", "en"], "zh-CN").startswith("zh")
    body = problem_body(error, status, chinese=chinese, request_id=current_request_id())
    response = Response(encode_json(body), status=status, mimetype="application/problem+json")
    response.headers.update(problem_headers(error, status))
    return response


def problem_body(error: DomainError, status: int, *, chinese: bool, request_id: str) -> dict[str, Any]:
    """The members of a problem document, for whoever answers it."""
    zh, en = error.text_zh, error.text_en
    body: dict[str, Any] = {
        "type": f"/v1/problems/{error.code}",
        "title": zh if chinese else en,
        "status": status,
        "code": error.code,
        "text": {"zh-CN": zh, "en": en},
        "request_id": request_id,
    }
    if error.facts:
        body["facts"] = error.facts
    if error.issues:
        body["errors"] = [{"pointer": i.pointer, "code": i.code, "zh": i.zh, "en": i.en} for i in error.issues]
    return body


def problem_headers(error: DomainError, status: int) -> dict[str, str]:
    """What a refusal says in headers."""
    headers = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
    return headers | {"WWW-Authenticate": 'Bearer realm="gridloop"'} if status == 401 else headers


def answer_or_refusal(outcome: Any) -> Any:
    """A service's answer as it is, or the problem of a refusal it returned instead of raising.

    Raising rolls the request's transaction back. Where what was written must survive the refusal (a counted guess, a
    revoked family of tokens), the service returns the `DomainError` and the view passes it through here.
    """
    return problem(outcome) if isinstance(outcome, DomainError) else outcome


def register_errors(app: Flask) -> None:
    """Map every exception that can leave a view to a problem document."""
    app.register_error_handler(DomainError, problem)
    app.register_error_handler(HTTPException, _http_problem)
    app.register_error_handler(DBAPIError, _database_problem)
    app.register_error_handler(PoolTimeout, _pool_problem)
    app.register_error_handler(Exception, _unexpected_problem)


def _http_problem(error: HTTPException) -> Response:
    messages = (getattr(error, "data", None) or {}).get("messages")
    if error.code == 422 and messages is not None:
        return problem(Invalid(issues=list(read_messages(messages))))
    if error.code == 405:
        response = problem(MethodNotAllowed(), status=405)
        response.headers["Allow"] = dict(error.get_headers()).get("Allow", "")
        return response
    if error.code == 429:
        return problem(TooMany(retry_after=60))
    known: dict[int, type[DomainError]] = {404: NotFound, 413: TooLarge}
    if error.code in known:
        return problem(known[error.code]())
    return problem(Malformed(reason=error.name), status=error.code)


def _database_problem(error: DBAPIError) -> Response:
    # A closed connection, a lock or statement time-out: the caller may repeat. Anything else is our fault.
    if isinstance(error, OperationalError) or error.connection_invalidated:
        log.warning("database_unavailable", error=type(error.orig).__name__)
        return problem(Unavailable(retry_after=1))
    return _unexpected_problem(error)


def _pool_problem(_: PoolTimeout) -> Response:
    # Every connection is busy: refuse at once, so that the queue does not grow past what can be answered in time.
    return problem(Unavailable(retry_after=1))


def _unexpected_problem(error: Exception) -> Response:
    # The exception's text may quote a row, so only its type and place are logged.
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    where = f"{frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}" if frame else "-"
    log.error("unexpected", error=type(error).__name__, path=where, request_id=current_request_id())
    return problem(Internal(), status=500)


def read_messages(messages: Any, path: str = "") -> Iterator[Issue]:
    """Flatten marshmallow's nested messages into issues with JSON pointers; the location level is left out."""
    if isinstance(messages, dict):
        for key, inner in messages.items():
            skip = not path and key in {"json", "query", "form", "files", "headers"}
            step = "" if skip or key == "_schema" else f"/{key}"
            yield from read_messages(inner, path + step)
    elif isinstance(messages, list):
        for message in messages:
            yield from read_messages(message, path)
    elif isinstance(messages, Issue):
        yield Issue(path or messages.pointer, messages.code, messages.zh, messages.en)
    else:
        code, zh = translate(str(messages))
        yield Issue(path or "/", code, zh, str(messages).split(" | ", 1)[-1])
