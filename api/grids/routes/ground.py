"""What stands on the ground, and what of it nobody covers."""

from typing import Any
from uuid import UUID

from flask import Response, jsonify

from api.grids import queries
from api.grids.queries.map import drawn_units, ground_of
from api.grids.routes.blueprint import blp
from api.grids.schemas.ground import GroundSchema
from api.grids.schemas.units import CoverageQuery, CoverageSchema, EnterprisePageSchema, EnterpriseQuery
from api.grids.types import Coverage, EnterpriseView
from api.grids.types.ground import GroundUnit
from api.http.etags import answer_unless_known, tag_of
from api.http.operation import operation
from api.http.paging import read_cursor, write_cursor
from api.identity.types import Permission
from api.kernel.paging import Page
from api.plumbing.context import Ctx


@blp.route("/coverage", methods=["GET"])
@operation(Permission.COVERAGE_READ)
@blp.arguments(CoverageQuery, location="query")
@blp.response(200, CoverageSchema)
def show_coverage(ctx: Ctx, query: dict[str, Any]) -> Coverage:
    """Report coverage

    Ground without a grid, ground with two, grids with nobody active, without an owner, without an outline.
    """
    return queries.coverage_of(ctx.session, ctx.actor.station, limit=query["limit"])


@blp.route("/ground", methods=["GET"])
@operation(Permission.COVERAGE_READ)
@blp.response(200, GroundSchema)
def show_ground(ctx: Ctx) -> Response:
    """Draw the ground with who answers for it

    The outlines of the station's valid units with their owners, ground without a grid and ground with two, as GeoJSON.
    If-None-Match with the last answer's ETag gives 304 while all is as it was.
    """
    units = drawn_units(ctx.session, ctx.actor.station)
    station = ctx.actor.station
    return answer_unless_known(tag_of(station, *units), lambda: jsonify(_drawn(ctx, units)))


def _drawn(ctx: Ctx, units: list[GroundUnit]) -> dict[str, Any]:
    ground = ground_of(ctx.session, ctx.actor.station, units)
    return {"type": "FeatureCollection", **ground._asdict()}


@blp.route("/enterprises", methods=["GET"])
@operation(Permission.UNIT_READ)
@blp.arguments(EnterpriseQuery, location="query")
@blp.response(200, EnterprisePageSchema)
def list_enterprises(ctx: Ctx, query: dict[str, Any]) -> Page[EnterpriseView]:
    """List enterprises

    Companies and shops on the station's ground; of one unit, those directly in it.
    """
    cursor, limit = read_cursor(query["cursor"], "enterprises"), query["limit"]
    after = UUID(cursor[0]) if cursor else None
    rows = queries.enterprises_of(ctx.session, ctx.actor.station, unit_id=query["unit_id"], after=after, limit=limit)
    return Page(rows, write_cursor([str(rows[-1].id)], "enterprises") if len(rows) == limit else None)
