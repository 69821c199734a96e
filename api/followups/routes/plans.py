"""Plans of the station."""

from typing import Any
from uuid import UUID

from api.followups import service
from api.followups.routes.blueprint import blp
from api.followups.schemas import VisitPlaceCodeSchema, VisitPlanFileSchema, VisitPlanQuery
from api.http.operation import operation
from api.identity.types import Permission
from api.plumbing.context import Ctx


@blp.route("/visit-plans", methods=["GET"])
@operation(Permission.VISIT_READ)
@blp.arguments(VisitPlanQuery, location="query")
@blp.response(200, VisitPlanFileSchema)
def find_plan(ctx: Ctx, query: dict[str, Any]) -> service.PlanFile:
    """The plan of a subject

    Running or closed; a subject has one, which goes on in rounds. Every look is in the audit.
    """
    return service.find_plan(ctx, **query)


@blp.route("/visit-plans/<uuid:plan_id>", methods=["GET"])
@operation(Permission.VISIT_READ)
@blp.response(200, VisitPlanFileSchema)
def show_plan(ctx: Ctx, plan_id: UUID) -> service.PlanFile:
    """One plan, its visits and its log

    Every look is in the audit.
    """
    return service.read_plan(ctx, plan_id)


@blp.route("/visit-plans/<uuid:plan_id>/place-code", methods=["GET"])
@operation(Permission.VISIT_READ)
@blp.response(200, VisitPlaceCodeSchema)
def show_place_code(ctx: Ctx, plan_id: UUID) -> dict[str, str]:
    """The QR code for the place of a plan

    Scanned on a visit, it vouches for a position the phone cannot fix.
    """
    return {"code": service.print_place_code(ctx, plan_id)}
