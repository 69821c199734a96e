"""One's tracking apps, and the tokens they post positions with."""

from typing import Any
from uuid import UUID

from api.http.limits import caller_bucket, limiter
from api.http.operation import operation
from api.identity import service
from api.identity.queries import trackers_of
from api.identity.routes.blueprint import blp
from api.identity.schemas import NewTrackerSchema, TrackerListSchema, TrackerTokenSchema
from api.identity.types import NewTracker, Permission
from api.plumbing.context import Ctx

PACE = limiter.limit("60 per minute", key_func=caller_bucket)


@blp.route("/trackers", methods=["POST"])
@PACE
@operation(Permission.DUTY_SELF)
@blp.arguments(NewTrackerSchema)
@blp.response(200, TrackerTokenSchema)
def open_tracker(ctx: Ctx, body: dict[str, str]) -> NewTracker:
    """Give a tracking app its token

    For Traccar Client, OsmAnd or OwnTracks. Shown once; it posts positions and opens nothing else. The token a tracker
    of this label had before ends.
    """
    return service.open_tracker(ctx, **body)


@blp.route("/trackers", methods=["GET"])
@operation(Permission.DUTY_SELF)
@blp.response(200, TrackerListSchema)
def list_trackers(ctx: Ctx) -> dict[str, Any]:
    """One's trackers

    The oldest first, without their tokens.
    """
    return {"items": trackers_of(ctx.session, ctx.actor.person)}


@blp.route("/trackers/<uuid:tracker_id>", methods=["DELETE"])
@operation(Permission.DUTY_SELF)
@blp.response(204)
def revoke_tracker(ctx: Ctx, tracker_id: UUID) -> None:
    """Revoke a tracker's token

    At once; what it still sends is refused.
    """
    service.revoke_tracker(ctx, tracker_id=tracker_id)
