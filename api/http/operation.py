"""One request is one transaction: authenticate, check, replay or run, commit.

`operation` is the decorator directly under `@blp.route`; it passes the open `Ctx` to the view as first argument. A
view returns plain values; the response decorator below it has made them a Response before the commit, so an answer
that cannot be written rolls its effect back.
"""

import hashlib
import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol

from flask import Response, current_app, make_response, request
from sqlalchemy.orm import Session

from api.http.doors import Doors
from api.http.requests import current_request_id
from api.kernel.errors import Forbidden, Unauthenticated
from api.plumbing.context import ANONYMOUS, Actor, Ctx, open_ctx, transaction
from api.plumbing.idempotency import KeyMissing, StoredAnswer, claim_key, store_answer

View = Callable[..., Any]

_IDEMPOTENCY_KEY: dict[str, Any] = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": True,
    "schema": {"type": "string", "maxLength": 200},
}
_IF_MATCH: dict[str, Any] = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "description": "The ETag of the version that was seen.",
    "schema": {"type": "string", "example": '"3"'},
}


class Authenticator(Protocol):
    """Turns a bearer token into the context of a request, inside its transaction; identity provides it."""

    def __call__(self, session: Session, token: str, *, request_id: str) -> Ctx: ...


def operation(
    permission: str, *, creates: bool = False, vital: bool = False, first: Callable[[Actor], Any] | None = None
) -> Callable[[View], View]:
    """Guard a view: a signed-in actor with `permission`; `creates` requires and honours an Idempotency-Key.

    `vital`: short, and to be answered also while every common place is taken (`api.http.doors`).

    `first` does with the request what takes long (a body over a weak network, a large image), for callers who may and
    before the transaction is open; the view gets its result behind the context.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def run(*args: Any, **kwargs: Any) -> Response:
            if first is not None:
                args = (first(admit(permission)), *args)
            with _doors().enter(vital=vital), transaction() as session:
                return _answer(_admitted(session, permission), view, args, kwargs, creates=creates)

        run.guard = permission  # type: ignore[attr-defined]
        return _document(run, permission, creates=creates)

    return decorate


def detached_operation(permission: str) -> Callable[[View], View]:
    """Guard a view that receives for minutes: no transaction is open while it runs, and it gets the actor.

    What such a view does is cut into units of work by the service it calls.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def run(*args: Any, **kwargs: Any) -> Response:
            return make_response(view(admit(permission), *args, **kwargs))

        run.guard = permission  # type: ignore[attr-defined]
        return _document(run, permission, creates=False)

    return decorate


def detached_public_operation(reason: str) -> Callable[[View], View]:
    """A view without sign-in that must not hold a transaction while it waits for something else (a store)."""

    def decorate(view: View) -> View:
        @wraps(view)
        def run(*args: Any, **kwargs: Any) -> Response:
            return make_response(view(ANONYMOUS, *args, **kwargs))

        run.guard = f"public: {reason}"  # type: ignore[attr-defined]
        return _document(run, None, creates=False)

    return decorate


def admit(permission: str) -> Actor:
    """The actor behind the request, in a transaction of its own; raises Unauthenticated or Forbidden."""
    with transaction() as session:
        return _admitted(session, permission).actor


def _admitted(session: Session, permission: str) -> Ctx:
    ctx = _authenticate(session)
    if permission not in ctx.actor.permissions:
        raise Forbidden
    return ctx


def public_operation(reason: str, *, creates: bool = False, vital: bool = False) -> Callable[[View], View]:
    """A view without sign-in; `reason` says what guards it instead, for the shape test and the reader."""

    def decorate(view: View) -> View:
        @wraps(view)
        def run(*args: Any, **kwargs: Any) -> Response:
            with _doors().enter(vital=vital), transaction() as session:
                ctx = open_ctx(session, ANONYMOUS, request_id=current_request_id())
                return _answer(ctx, view, args, kwargs, creates=creates)

        run.guard = f"public: {reason}"  # type: ignore[attr-defined]
        return _document(run, None, creates=creates)

    return decorate


def _doors() -> Doors:
    doors: Doors = current_app.extensions["gridloop.doors"]
    return doors


def _authenticate(session: Session) -> Ctx:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated
    authenticator: Authenticator = current_app.extensions["gridloop.authenticator"]
    return authenticator(session, token.strip(), request_id=current_request_id())


def _answer(ctx: Ctx, view: View, args: tuple[Any, ...], kwargs: dict[str, Any], *, creates: bool) -> Response:
    if not creates:
        return make_response(view(ctx, *args, **kwargs))
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        raise KeyMissing
    owner = ctx.actor.person_id or request.remote_addr or "-"
    stored = claim_key(ctx, key, _fingerprint(), owner=owner)
    if stored is not None:
        return _replay(stored)
    response = make_response(view(ctx, *args, **kwargs))
    etag = response.headers.get("ETag")
    store_answer(ctx, key, StoredAnswer(response.status_code, response.get_data(), etag), owner=owner)
    return response


def _fingerprint() -> bytes:
    digest = hashlib.sha256(f"{request.method} {request.full_path}\n".encode())
    # A multipart boundary differs between retries of one upload, so files are compared by their bytes.
    for name, part in sorted(request.files.items()):
        digest.update(name.encode() + hashlib.sha256(part.read()).digest())
        part.seek(0)
    digest.update(repr(sorted(request.form.items())).encode() if request.form else request.get_data(cache=True))
    return digest.digest()


def _replay(stored: StoredAnswer) -> Response:
    response = Response(stored.body, status=stored.status, mimetype="application/json")
    response.headers["Idempotent-Replay"] = "true"
    if stored.etag:
        response.headers["ETag"] = stored.etag
    return response


def _document(run: View, permission: str | None, *, creates: bool) -> View:
    doc: dict[str, Any] = {"operationId": _operation_id(run), "security": [{"bearer": []}] if permission else []}
    if permission:
        doc["x-permission"] = str(permission)
    parameters = [_IDEMPOTENCY_KEY] * creates + [_IF_MATCH] * _is_conditional(run)
    if parameters:
        doc["parameters"] = parameters
    known = dict(getattr(run, "_apidoc", {}))
    known["manual_doc"] = {**known.get("manual_doc", {}), **doc}
    run._apidoc = known  # type: ignore[attr-defined]
    return run


def _is_conditional(run: View) -> bool:
    """Whether the view asks for the version that was seen; read off its code, so the document cannot lag behind."""
    names = inspect.unwrap(run).__code__.co_names
    return "require_match" in names or "matched_version" in names


def _operation_id(view: View) -> str:
    """`incidentsShowDispatch`: the area and the view's name, which generated clients make their methods of."""
    area = view.__module__.split(".")[1]
    return area + "".join(word.capitalize() for word in view.__name__.split("_"))
