"""Methods for clients that have only GET and POST (mini-programs, some proxies): X-HTTP-Method-Override."""

from collections.abc import Callable, Iterable
from typing import Any

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
# A POST may become what also changes something; it never becomes a GET, which caches would take at its word.
ALLOWED = frozenset({"PATCH", "PUT", "DELETE", "HEAD"})


class MethodOverride:
    """Before anything looks at the request, so that routing, guards and logs all see the method that is meant."""

    def __init__(self, app: Wsgi) -> None:
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        wanted = environ.get("HTTP_X_HTTP_METHOD_OVERRIDE", "").upper()
        if wanted in ALLOWED and environ.get("REQUEST_METHOD") == "POST":
            environ["REQUEST_METHOD"] = wanted
        return self._app(environ, start_response)
