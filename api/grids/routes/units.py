"""Units: the tree, the list, one with its outline, and its owners."""

from typing import Any
from uuid import UUID

from api.grids import queries, service
from api.grids.errors import NameNeedsParent
from api.grids.routes.blueprint import blp
from api.grids.rules import nest_units, station_day
from api.grids.schemas.units import (
    FeatureCollectionSchema,
    OutlineQuery,
    OwnerCreateSchema,
    OwnerEndSchema,
    UnitCloseSchema,
    UnitCreateSchema,
    UnitDetailSchema,
    UnitEditSchema,
    UnitListQuery,
    UnitPageSchema,
    UnitTreeSchema,
)
from api.grids.types import NewUnit, UnitEdit, UnitNode, UnitQuery, UnitRow, UnitView
from api.http.etags import matched_version, set_etag
from api.http.limits import OUTLINE_BODY, body_limit
from api.http.operation import operation
from api.http.paging import read_cursor, write_cursor
from api.identity.types import Permission
from api.kernel.errors import NotFound
from api.kernel.paging import Page
from api.plumbing.context import Ctx


@blp.route("/units", methods=["GET"])
@operation(Permission.UNIT_READ)
@blp.arguments(UnitListQuery, location="query")
@blp.response(200, UnitPageSchema)
def list_units(ctx: Ctx, query: dict[str, Any]) -> Page[UnitRow]:
    """List units

    The station's units in order of code, valid on a day (default today).
    """
    if query["name"] and query["parent_id"] is None:
        raise NameNeedsParent
    day = None if query["any_day"] else query["on"] or station_day(ctx.now)
    asked = UnitQuery(day, query["parent_id"], query["kind"], query["name"])
    after, limit = read_cursor(query["cursor"], "units"), query["limit"]
    rows = queries.units_of(ctx.session, ctx.actor.station, asked, after=after, limit=limit)
    return Page(rows, write_cursor([rows[-1].code, str(rows[-1].id)], "units") if len(rows) == limit else None)


@blp.route("/units", methods=["POST"])
@body_limit(OUTLINE_BODY)
@operation(Permission.UNIT_MANAGE, creates=True)
@blp.arguments(UnitCreateSchema)
@blp.response(201, UnitDetailSchema)
def create_unit(ctx: Ctx, order: dict[str, Any]) -> UnitView:
    """Add a unit

    A community or village below the station, or a grid below one of those. The outline is refused, never repaired,
    when it crosses itself or lies over a neighbour.
    """
    return _tagged(service.create_unit(ctx, unit=NewUnit(**order)))


@blp.route("/units/tree", methods=["GET"])
@operation(Permission.UNIT_READ)
@blp.response(200, UnitTreeSchema)
def show_tree(ctx: Ctx) -> UnitNode:
    """Show the tree

    Every unit of the station that is valid today, nested, without outlines.
    """
    tree = nest_units(queries.valid_units_of(ctx.session, ctx.actor.station), ctx.actor.station)
    if tree is None:
        raise NotFound
    return tree


@blp.route("/units/outlines", methods=["GET"])
@operation(Permission.UNIT_READ)
@blp.arguments(OutlineQuery, location="query")
@blp.response(200, FeatureCollectionSchema)
def show_outlines(ctx: Ctx, query: dict[str, Any]) -> dict[str, Any]:
    """Draw the ground

    The outlines of the station's valid units as a GeoJSON feature collection in WGS-84.
    """
    outlines = queries.outlines_of(ctx.session, ctx.actor.station, query["kind"])
    return {"features": [{"id": unit.id, "geometry": area, "properties": unit} for unit, area in outlines]}


@blp.route("/units/<uuid:unit_id>", methods=["GET"])
@operation(Permission.UNIT_READ)
@blp.response(200, UnitDetailSchema)
def show_unit(ctx: Ctx, unit_id: UUID) -> UnitView:
    """Show a unit

    With its outline in WGS-84, its size and its owners.
    """
    return _tagged(queries.unit_in(ctx.session, ctx.actor.station, unit_id))


@blp.route("/units/<uuid:unit_id>", methods=["PATCH"])
@body_limit(OUTLINE_BODY)
@operation(Permission.UNIT_MANAGE)
@blp.arguments(UnitEditSchema)
@blp.response(200, UnitDetailSchema)
def edit_unit(ctx: Ctx, edit: UnitEdit, unit_id: UUID) -> UnitView:
    """Edit a unit

    Name, outline or source; needs If-Match. A code is not edited: close the unit and add another.
    """
    return _tagged(service.edit_unit(ctx, unit_id=unit_id, version=matched_version(), edit=edit))


@blp.route("/units/<uuid:unit_id>/close", methods=["POST"])
@operation(Permission.UNIT_MANAGE)
@blp.arguments(UnitCloseSchema)
@blp.response(200, UnitDetailSchema)
def close_unit(ctx: Ctx, order: dict[str, Any], unit_id: UUID) -> UnitView:
    """Close a unit

    From a day on it is no longer valid; needs If-Match. Units are never deleted.
    """
    return _tagged(service.close_unit(ctx, unit_id=unit_id, version=matched_version(), valid_to=order["valid_to"]))


@blp.route("/units/<uuid:unit_id>/reopen", methods=["POST"])
@operation(Permission.UNIT_MANAGE)
@blp.response(200, UnitDetailSchema)
def reopen_unit(ctx: Ctx, unit_id: UUID) -> UnitView:
    """Reopen a unit

    Takes a closing back; needs If-Match. Refused when its code or ground went to another unit meanwhile.
    """
    return _tagged(service.reopen_unit(ctx, unit_id=unit_id, version=matched_version()))


@blp.route("/units/<uuid:unit_id>/owners", methods=["POST"])
@operation(Permission.UNIT_MANAGE, creates=True)
@blp.arguments(OwnerCreateSchema)
@blp.response(201, UnitDetailSchema)
def name_owner(ctx: Ctx, order: dict[str, Any], unit_id: UUID) -> UnitView:
    """Name an owner

    A member who answers for the unit from a day on.
    """
    return service.name_owner(ctx, unit_id=unit_id, **order)


@blp.route("/units/<uuid:unit_id>/owners/<uuid:owner_id>/end", methods=["POST"])
@operation(Permission.UNIT_MANAGE)
@blp.arguments(OwnerEndSchema)
@blp.response(200, UnitDetailSchema)
def end_ownership(ctx: Ctx, order: dict[str, Any], unit_id: UUID, owner_id: UUID) -> UnitView:
    """End an ownership

    On a day, default today; the history is kept.
    """
    return service.end_ownership(ctx, unit_id=unit_id, owner_id=owner_id, until=order["until"])


def _tagged(view: UnitView) -> UnitView:
    set_etag(view.unit.version)
    return view
