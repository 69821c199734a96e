"""HTTP of what a station decides by: code lists, weights, deadlines, who is named for strict cases."""

from typing import Any
from uuid import UUID

from api.disputes import service
from api.disputes.models import DisputeStandard
from api.disputes.queries.codes import code_rows
from api.disputes.queries.standards import standards_of
from api.disputes.routes.blueprint import blp
from api.disputes.schemas.standards import (
    CodeListSchema,
    CodeQuery,
    DeadlinesSchema,
    InsiderSchema,
    NamedSchema,
    StandardListSchema,
    StandardQuery,
    StandardSchema,
    WeightsSchema,
)
from api.disputes.types import StandardKind
from api.followups.rules.schedule import station_day
from api.http.operation import operation
from api.identity.types import Permission
from api.plumbing.context import Ctx


@blp.route("/disputes/codes", methods=["GET"])
@operation(Permission.DISPUTE_READ)
@blp.arguments(CodeQuery, location="query")
@blp.response(200, CodeListSchema)
def list_codes(ctx: Ctx, query: dict[str, Any]) -> dict[str, Any]:
    """List codes

    Categories (two levels, by `parent`), sources, scales, documents and the rest, as they are valid on a day.
    """
    return {"items": code_rows(ctx.session, query["on"] or station_day(ctx.now), query["list"])}


@blp.route("/disputes/standards", methods=["GET"])
@operation(Permission.DISPUTE_READ)
@blp.arguments(StandardQuery, location="query")
@blp.response(200, StandardListSchema)
def list_standards(ctx: Ctx, query: dict[str, Any]) -> dict[str, Any]:
    """List the versions of a standard

    The one in force first: the station's own newest, or else the common one.
    """
    return {"items": standards_of(ctx.session, ctx.actor.station, query["kind"])}


@blp.route("/disputes/standards/weights", methods=["POST"])
@operation(Permission.DISPUTE_MANAGE, creates=True)
@blp.arguments(WeightsSchema)
@blp.response(201, StandardSchema)
def write_weights(ctx: Ctx, body: dict[str, Any]) -> DisputeStandard:
    """Write new weights

    The station's next version. Scores already given keep theirs; a case is scored anew when it is next touched.
    """
    return service.write_standard(ctx, StandardKind.WEIGHTS, body)


@blp.route("/disputes/standards/deadlines", methods=["POST"])
@operation(Permission.DISPUTE_MANAGE, creates=True)
@blp.arguments(DeadlinesSchema)
@blp.response(201, StandardSchema)
def write_deadlines(ctx: Ctx, body: dict[str, Any]) -> DisputeStandard:
    """Write new deadlines

    The station's next version. A step that runs already keeps its deadline.
    """
    return service.write_standard(ctx, StandardKind.DEADLINES, body)


@blp.route("/disputes/standards/named", methods=["POST"])
@operation(Permission.DISPUTE_MANAGE, creates=True)
@blp.arguments(NamedSchema)
@blp.response(201, StandardSchema)
def write_named(ctx: Ctx, body: dict[str, Any]) -> DisputeStandard:
    """Name the supervisors who may see strict cases

    The whole list each time.
    """
    return service.write_standard(ctx, StandardKind.NAMED, body)


@blp.route("/disputes/<uuid:dispute_id>/insiders", methods=["POST"])
@operation(Permission.DISPUTE_MANAGE)
@blp.arguments(InsiderSchema)
@blp.response(204)
def name_insider(ctx: Ctx, order: dict[str, Any], dispute_id: UUID) -> None:
    """Name a supervisor for one case

    Who then sees it whole, or with `named: false` no longer. Twice is once.
    """
    change = service.name_insider if order["named"] else service.unname_insider
    change(ctx, dispute_id, order["person_id"])
