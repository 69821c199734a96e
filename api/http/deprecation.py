"""What is about to go says so in time: in the document, and in the headers of each answer that still gives it.

`Deprecation` is RFC 9745's, `Sunset` RFC 8594's; the `Link` leads to the readable document.
A view is marked with `@deprecated(...)` under its route, a field with `metadata=deprecated_field(...)`: of a field the
answer tells only whoever has sent it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from flask import Flask, Response, current_app, g, has_request_context, request
from werkzeug.http import http_date

View = Callable[..., Any]
SINCE, SUNSET = "x-deprecated-since", "x-sunset"


@dataclass(frozen=True)
class Farewell:
    """Since when something should no longer be used, and when it will be gone; both at midnight UTC."""

    since: date
    sunset: date


def deprecated(since: date, sunset: date) -> Callable[[View], View]:
    """Mark an operation: it still works, until `sunset` at least."""

    def decorate(view: View) -> View:
        view.farewell = Farewell(since, sunset)  # type: ignore[attr-defined]
        known = dict(getattr(view, "_apidoc", {}))
        known["manual_doc"] = {**known.get("manual_doc", {}), **deprecated_field(since, sunset)}
        view._apidoc = known  # type: ignore[attr-defined]
        return view

    return decorate


def deprecated_field(since: date, sunset: date) -> dict[str, Any]:
    """The metadata of a field that is about to go."""
    return {"deprecated": True, SINCE: since.isoformat(), SUNSET: sunset.isoformat()}


def note_use(metadata: Mapping[str, Any], value: Any) -> Any:
    """Somebody sent a field with this metadata: the answer will say so. The value comes back as it is."""
    if metadata.get("deprecated") and has_request_context():
        farewell = Farewell(date.fromisoformat(metadata[SINCE]), date.fromisoformat(metadata[SUNSET]))
        g.farewells = [*g.get("farewells", []), farewell]
    return value


def register_deprecation(app: Flask) -> None:
    """Tell of what is about to go, on every answer that used it."""

    @app.after_request
    def tell(response: Response) -> Response:
        view = current_app.view_functions.get(request.endpoint or "")
        own = getattr(view, "farewell", None)
        farewells: list[Farewell] = [*g.get("farewells", []), *([own] if own else [])]
        if farewells:
            first = min(farewells, key=lambda farewell: farewell.sunset)
            response.headers["Deprecation"] = f"@{int(_midnight(first.since).timestamp())}"
            response.headers["Sunset"] = http_date(_midnight(first.sunset))
            for relation in ("deprecation", "sunset"):
                response.headers.add("Link", f'</v1/docs>; rel="{relation}"; type="text/html"')
        return response


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
