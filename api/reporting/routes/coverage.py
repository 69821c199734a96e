"""Duty by grid and hour."""

from datetime import date

from api.grids.types import STATION_ZONE
from api.http.operation import operation
from api.identity.types import Permission
from api.plumbing.context import Ctx
from api.reporting import queries
from api.reporting.routes.blueprint import blp
from api.reporting.schemas.coverage import DutyCoverageQuery, DutyCoverageSchema
from api.reporting.types import Coverage


@blp.route("/reports/coverage", methods=["GET"])
@operation(Permission.DUTY_READ)
@blp.arguments(DutyCoverageQuery, location="query")
@blp.response(200, DutyCoverageSchema)
def show_coverage(ctx: Ctx, query: dict[str, date | None]) -> Coverage:
    """Who was, is or will be on duty

    How many people each grid has in each hour of a day: what was, and from the present hour on what is planned.
    """
    day = query["day"] or ctx.now.astimezone(STATION_ZONE).date()
    return queries.coverage(ctx.session, ctx.actor.station, day=day, now=ctx.now)
