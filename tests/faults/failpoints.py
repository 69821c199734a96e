"""The API with points at which it dies; only tests serve it (`granian ... tests.faults.failpoints:app`).

A request says in a header where the process that works on it is to get SIGKILL. The product knows nothing of this: the
points hang on SQLAlchemy's events and on the WSGI call around the app, and only importing this module makes them.
"""

import os
import signal
from collections.abc import Callable, Iterable
from typing import Any

from flask import has_request_context, request
from sqlalchemy import event
from sqlalchemy.orm import Session

from tests.faults.points import AFTER_COMMIT, BEFORE_ANSWER, BEFORE_COMMIT, HEADER
from wsgi import app as product


def die_if_asked(point: str, asked: str | None) -> None:
    """SIGKILL to this process when the request asked for this point."""
    if asked == point:
        os.kill(os.getpid(), signal.SIGKILL)


def asked() -> str | None:
    """What the present request asks for."""
    return request.headers.get(HEADER) if has_request_context() else None


@event.listens_for(Session, "before_commit")
def before_commit(session: Session) -> None:
    """Everything has been written, nothing is committed."""
    if asked() == BEFORE_COMMIT:
        session.flush()
    die_if_asked(BEFORE_COMMIT, asked())


@event.listens_for(Session, "after_commit")
def after_commit(_: Session) -> None:
    """Committed; nobody has been told, neither the caller nor RQ."""
    die_if_asked(AFTER_COMMIT, asked())


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The product, and the last point: the answer is made, its first byte is not sent."""
    answer = product(environ, start_response)
    die_if_asked(BEFORE_ANSWER, environ.get("HTTP_FAILPOINT"))
    return answer
