"""Apps that are too old are told so, in words their user can read, with where to get a newer one.

An app names itself in `X-App-Version: name/1.2.3`. Below the minimum of its name every operation answers 426, except
those that lead out: what is published to anybody, and signing out. Who sends no such header, one that cannot be read,
or a name without a minimum is let pass: a minimum is a promise about apps one has released, not a lock.
"""

from typing import Any

from flask import Flask, Response, current_app, request
from marshmallow import fields

from api.http.blueprint import Blueprint
from api.http.errors import problem
from api.http.minimums import HEADER, AppMinimum, AppTooOld, missed_minimum, read_minimums
from api.http.operation import public_operation
from api.http.schemas import ResponseSchema
from api.plumbing.context import Ctx

blp = Blueprint("apps", __name__, description="Which versions of apps still work.")
# What an app that is too old may still ask: the way out, and what it needs to say so.
STILL_ANSWERED = frozenset(
    {
        "/v1/apps", "/v1/docs", "/v1/docs/<area>", "/v1/enums", "/v1/openapi.json", "/v1/problems",
        "/v1/problems/<code>", "/v1/sign-out",
    }
)  # fmt: skip


class AppMinimumSchema(ResponseSchema):
    """The oldest version of one app that is still answered."""

    name = fields.String(required=True, metadata={"example": "gridloop-android"})
    minimum = fields.String(required=True, metadata={"example": "2.4.0"})
    link = fields.String(required=True, metadata={"example": "https://station.example/app"})


class AppMinimumListSchema(ResponseSchema):
    """Every app with a minimum, by name."""

    items = fields.List(fields.Nested(AppMinimumSchema), required=True)


@blp.route("/apps", methods=["GET"])
@public_operation("the published minimum versions; holds no data")
@blp.response(200, AppMinimumListSchema)
def list_apps(ctx: Ctx) -> dict[str, Any]:
    """Which versions of apps still work

    Ask at the start of the app. An app below its minimum is answered 426 elsewhere, with the same link.
    """
    minimums: dict[str, AppMinimum] = current_app.extensions["gridloop.minimums"]
    return {"items": [minimums[name] for name in sorted(minimums)]}


def register_versions(app: Flask, minimum_apps: str) -> None:
    """Refuse apps below their minimum. `minimum_apps` as in the settings: `name/1.2.3=link`, by commas."""
    app.extensions["gridloop.minimums"] = minimums = read_minimums(minimum_apps)

    @app.before_request
    def refuse_old_apps() -> Response | None:
        wanted = missed_minimum(request.headers.get(HEADER, ""), minimums)
        if wanted is None or not _is_gated():
            return None
        refusal = problem(AppTooOld(app=wanted.name, minimum=wanted.minimum, link=wanted.link))
        refusal.headers["Link"] = f'<{wanted.link}>; rel="latest-version"'
        return refusal


def _is_gated() -> bool:
    rule = request.url_rule.rule if request.url_rule else ""
    return rule.startswith("/v1/") and rule not in STILL_ANSWERED
