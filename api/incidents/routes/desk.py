"""HTTP of the desk: file, look, send, check, close."""

from typing import Any
from uuid import UUID

from flask import Response, jsonify

from api.http.etags import matched_version, set_etag
from api.http.operation import operation
from api.http.paging import read_cursor, write_cursor
from api.identity.types import Permission
from api.incidents import service
from api.incidents.queries.incidents import list_incidents, nearby_incidents, plain_incident
from api.incidents.routes.blueprint import blp
from api.incidents.schemas.desk import (
    IncidentPageSchema,
    IncidentRowSchema,
    IncidentSchema,
    LinkCreatedSchema,
    NearbyPageSchema,
)
from api.incidents.schemas.orders import (
    IncidentEditSchema,
    IncidentLinkSchema,
    IncidentListQuery,
    NearbyQuerySchema,
    ReportSchema,
)
from api.incidents.types import IncidentDetail, IncidentEdit, ListQuery, NearbyQuery, NewIncident, NewLink
from api.plumbing.context import Ctx


@blp.route("/incidents", methods=["POST"])
@operation(Permission.INCIDENT_REPORT, creates=True)
@blp.arguments(ReportSchema)
@blp.response(201, IncidentRowSchema)
def report(ctx: Ctx, new: NewIncident) -> dict[str, Any]:
    """Report an incident

    409 `possible_duplicate` lists open incidents nearby; look at them, then file with `duplicate_checked: true`.
    """
    incident = plain_incident(ctx.session, service.report_incident(ctx, new))
    set_etag(incident["version"])
    return incident


@blp.route("/incidents", methods=["GET"])
@operation(Permission.INCIDENT_READ)
@blp.arguments(IncidentListQuery, location="query")
@blp.response(200, IncidentPageSchema)
def list_page(ctx: Ctx, query: dict[str, Any]) -> Response:
    """List incidents

    The station's incidents, newest first; nothing personal is in the list.
    """
    last = read_cursor(query["cursor"], "incidents")
    before, limit = UUID(last[0]) if last else None, query["limit"]
    wanted = ListQuery(tuple(query["state"]), query["colour"], query["kind"], before, limit, query["drill"])
    rows = list_incidents(ctx.session, ctx.actor.station, wanted)
    following = write_cursor([str(rows[-1]["id"])], "incidents") if len(rows) == limit else None
    # Rows go out as they are: a schema would cost eight times the time of the query.
    return jsonify({"items": rows, "next_cursor": following})


@blp.route("/incidents/nearby", methods=["GET"])
@operation(Permission.INCIDENT_REPORT)
@blp.arguments(NearbyQuerySchema, location="query")
@blp.response(200, NearbyPageSchema)
def nearby(ctx: Ctx, query: NearbyQuery) -> dict[str, Any]:
    """Find incidents that may be the same one

    Open ones of the same kind from the last two hours, nearest first.
    """
    return {"items": nearby_incidents(ctx, ctx.actor.station, query)}


@blp.route("/incidents/<uuid:incident_id>", methods=["GET"])
@operation(Permission.INCIDENT_READ)
@blp.response(200, IncidentSchema)
def show(ctx: Ctx, incident_id: UUID) -> IncidentDetail:
    """Show an incident

    With its requester, dispatches, reports and call-backs. The reading is audited.
    """
    detail = service.show_incident(ctx, incident_id)
    set_etag(detail.version)
    return detail


@blp.route("/incidents/<uuid:incident_id>", methods=["PATCH"])
@operation(Permission.INCIDENT_EDIT)
@blp.arguments(IncidentEditSchema)
@blp.response(200, IncidentSchema)
def edit(ctx: Ctx, changes: dict[str, Any], incident_id: UUID) -> IncidentDetail:
    """Correct an incident

    Needs If-Match. No clock starts again: an overdue step stays overdue.
    """
    service.edit_incident(ctx, IncidentEdit(incident_id, matched_version(), changes))
    return show_edited(ctx, incident_id)


def show_edited(ctx: Ctx, incident_id: UUID) -> IncidentDetail:
    """The incident after the edit, with its new version."""
    detail = service.show_incident(ctx, incident_id)
    set_etag(detail.version)
    return detail


@blp.route("/incidents/<uuid:incident_id>/links", methods=["POST"])
@operation(Permission.INCIDENT_EDIT, creates=True)
@blp.arguments(IncidentLinkSchema)
@blp.response(201, LinkCreatedSchema)
def link(ctx: Ctx, order: dict[str, Any], incident_id: UUID) -> dict[str, UUID]:
    """Join a later call to an incident

    A repeat call, a chase-up, harassment, or another incident of the same event.
    """
    return {"id": service.link_incident(ctx, NewLink(incident_id, **order))}
