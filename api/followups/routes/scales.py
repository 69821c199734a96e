"""Scales: read, and edited by writing the next version."""

from typing import Any

from api.followups import service
from api.followups.queries import scale_versions, scales_for
from api.followups.routes.blueprint import blp
from api.followups.schemas import ScaleVersionsQuery, VisitNewScaleSchema, VisitScaleListSchema, VisitScaleSchema
from api.followups.types import NewScale, Scale
from api.http.operation import operation
from api.identity.types import Permission
from api.plumbing.context import Ctx


@blp.route("/visit-plans/scales", methods=["GET"])
@operation(Permission.VISIT_READ)
@blp.response(200, VisitScaleListSchema)
def list_scales(ctx: Ctx) -> dict[str, Any]:
    """The colours in force, and what outcomes do to them

    The newest version of each: the station's own, which goes before, and the common ones. `*` is any kind.
    """
    return {"items": scales_for(ctx.session, ctx.actor.station)}


@blp.route("/visit-plans/scales/versions", methods=["GET"])
@operation(Permission.VISIT_READ)
@blp.arguments(ScaleVersionsQuery, location="query")
@blp.response(200, VisitScaleListSchema)
def list_scale_versions(ctx: Ctx, query: dict[str, Any]) -> dict[str, Any]:
    """Every version of one scale

    The station's own first, the newest first.
    """
    return {"items": scale_versions(ctx.session, ctx.actor.station, **query)}


@blp.route("/visit-plans/scales", methods=["POST"])
@operation(Permission.PLAN_MANAGE, creates=True)
@blp.arguments(VisitNewScaleSchema)
@blp.response(201, VisitScaleSchema)
def write_scale(ctx: Ctx, body: dict[str, Any]) -> Scale:
    """Write a scale, or its next version

    Outcomes reported from now on follow it. A running plan keeps its colour, also one the scale no longer has, until
    a rule or a person gives it another.
    """
    return service.write_scale(ctx, NewScale(**body))
