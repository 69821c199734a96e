"""One's visits in a calendar program."""

from typing import Any
from uuid import UUID

from flask import Response, current_app

from api.followups import service
from api.followups.queries import feeds_of
from api.followups.routes.blueprint import blp
from api.followups.schemas import FeedQuery, VisitFeedListSchema, VisitNewFeedSchema, render_calendar
from api.http.operation import operation, public_operation
from api.identity.types import Permission
from api.plumbing.context import Ctx


@blp.route("/me/visit-feeds", methods=["POST"])
@operation(Permission.VISIT_DO, creates=True)
@blp.response(201, VisitNewFeedSchema)
def open_feed(ctx: Ctx) -> dict[str, Any]:
    """Make a calendar address

    For a calendar program on one's phone; shown once, and good until it is revoked.
    """
    feed_id, token = service.open_feed(ctx)
    root = current_app.extensions["gridloop.settings"].public_url
    return {"id": feed_id, "url": f"{root}/v1/me/visits.ics?token={token}"}


@blp.route("/me/visit-feeds", methods=["GET"])
@operation(Permission.VISIT_DO)
@blp.response(200, VisitFeedListSchema)
def list_feeds(ctx: Ctx) -> dict[str, Any]:
    """One's calendar addresses

    When each was given out; the address itself was told once.
    """
    return {"items": [{"id": id_, "created_at": at} for id_, at in feeds_of(ctx.session, ctx.actor.person)]}


@blp.route("/me/visit-feeds/<uuid:feed_id>", methods=["DELETE"])
@operation(Permission.VISIT_DO)
@blp.response(204)
def revoke_feed(ctx: Ctx, feed_id: UUID) -> None:
    """Revoke a calendar address

    At once; it then answers like one that never was.
    """
    service.revoke_feed(ctx, feed_id)


@blp.route("/me/visits.ics", methods=["GET"])
@public_operation("a calendar program cannot sign in: the address itself is signed and revocable, and names nobody")
@blp.arguments(FeedQuery, location="query")
@blp.response(200, {"type": "string"}, content_type="text/calendar")
@blp.alt_response(404, description="Revoked, or never given out.")
def show_calendar(ctx: Ctx, query: dict[str, Any]) -> Response:
    """One's visits as a calendar

    References and modes only; provisional dates are tentative.
    """
    visits = service.visits_in_feed(ctx, query["token"])
    body = render_calendar(visits, now=ctx.now, language=query["language"])
    return Response(body, mimetype="text/calendar")
