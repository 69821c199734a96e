"""HTTP of the loop: dispatch, its account, review, call-back, cancellation, timeline."""

from typing import Any
from uuid import UUID

from flask import Response, current_app, jsonify

from api.http.limits import OUTLINE_BODY, body_limit
from api.http.operation import operation
from api.http.paging import read_cursor, write_cursor
from api.identity.types import Permission
from api.incidents import service
from api.incidents.queries.incidents import plain_incident
from api.incidents.routes.blueprint import blp
from api.incidents.schemas.desk import (
    DispatchPreviewSchema,
    DispatchSchema,
    IncidentEventPageSchema,
    IncidentRowSchema,
    SelectionAnswerSchema,
)
from api.incidents.schemas.orders import CallBackSchema, CancelSchema, DispatchOrderSchema, ReviewSchema, TimelineQuery
from api.incidents.schemas.phone import AnsweredSchema
from api.incidents.types import (
    Answered,
    Cancellation,
    DispatchDetail,
    DispatchOrder,
    DispatchPreview,
    NewCallBack,
    NewReview,
    SelectionAnswer,
    Target,
)
from api.plumbing.context import Ctx


@blp.route("/incidents/<uuid:incident_id>/dispatches", methods=["POST"])
@body_limit(OUTLINE_BODY)
@operation(Permission.INCIDENT_DISPATCH, creates=True)
@blp.arguments(DispatchOrderSchema)
@blp.response(201, DispatchSchema)
def dispatch(ctx: Ctx, order: dict[str, Any], incident_id: UUID) -> DispatchDetail:
    """Ask the nearest fitting people

    One click. A dispatch for which nobody was found is `exhausted`, and looks again by itself.
    """
    return service.show_dispatch(ctx, service.dispatch_incident(ctx, _ordered(incident_id, order)))


@blp.route("/incidents/<uuid:incident_id>/dispatches/preview", methods=["POST"])
@body_limit(OUTLINE_BODY)
@operation(Permission.INCIDENT_DISPATCH)
@blp.arguments(DispatchOrderSchema)
@blp.response(200, DispatchPreviewSchema)
def preview(ctx: Ctx, order: dict[str, Any], incident_id: UUID) -> DispatchPreview:
    """Show whom a dispatch would ask

    The same body as the dispatch, and the same people while nothing changes. Writes nothing, tells nobody.
    """
    public_url = current_app.extensions["gridloop.settings"].public_url
    return service.preview_dispatch(ctx, _ordered(incident_id, order), public_url=public_url)


def _ordered(incident_id: UUID, order: dict[str, Any]) -> DispatchOrder:
    area, units = order["area"], frozenset(order["unit_ids"])
    return DispatchOrder(
        incident_id,
        tuple(order["needs"]),
        order["radius_m"],
        frozenset(order["excluded"]),
        Target(area, units) if area or units else None,
        order["drill"],
        order["seen_dispatches"],
    )


@blp.route("/dispatches/<uuid:dispatch_id>", methods=["GET"])
@operation(Permission.INCIDENT_READ)
@blp.response(200, DispatchSchema)
def show_dispatch(ctx: Ctx, dispatch_id: UUID) -> DispatchDetail:
    """Show a dispatch

    Its needs, and everybody asked with their state.
    """
    return service.show_dispatch(ctx, dispatch_id)


@blp.route("/dispatches/<uuid:dispatch_id>/end", methods=["POST"])
@operation(Permission.INCIDENT_DISPATCH)
@blp.response(200, DispatchSchema)
def end(ctx: Ctx, dispatch_id: UUID) -> DispatchDetail:
    """Stop asking

    Those who go still go and report; the others are told that it is enough. Ending twice is once.
    """
    service.end_dispatch(ctx, dispatch_id)
    return service.show_dispatch(ctx, dispatch_id)


@blp.route("/dispatches/<uuid:dispatch_id>/selection/<uuid:member_id>", methods=["GET"])
@operation(Permission.INCIDENT_READ)
@blp.response(200, SelectionAnswerSchema)
def explain(ctx: Ctx, dispatch_id: UUID, member_id: UUID) -> SelectionAnswer:
    """Explain why a member was or was not asked

    Answers for every enrolled member of the station.
    """
    return service.explain_selection(ctx, dispatch_id, member_id)


@blp.route("/dispatches/<uuid:dispatch_id>/offers/<uuid:offer_id>/remove", methods=["POST"])
@operation(Permission.INCIDENT_DISPATCH)
@blp.response(200, AnsweredSchema)
def remove(ctx: Ctx, dispatch_id: UUID, offer_id: UUID) -> Answered:
    """Take somebody off a task

    As if they had dropped out: the place is free again and somebody else is asked.
    """
    return service.remove_from_task(ctx, offer_id, dispatch_id=dispatch_id)


@blp.route("/incidents/<uuid:incident_id>/reviews", methods=["POST"])
@operation(Permission.INCIDENT_REVIEW, creates=True)
@blp.arguments(ReviewSchema)
@blp.response(201, IncidentRowSchema)
def review(ctx: Ctx, order: dict[str, Any], incident_id: UUID) -> dict[str, Any]:
    """Approve or return what was reported

    By somebody who did not go. A return needs a note, and its authors are told.
    """
    service.review_incident(ctx, NewReview(incident_id, **order))
    return plain_incident(ctx.session, incident_id)


@blp.route("/incidents/<uuid:incident_id>/call-backs", methods=["POST"])
@operation(Permission.INCIDENT_CALL_BACK, creates=True)
@blp.arguments(CallBackSchema)
@blp.response(201, IncidentRowSchema)
def call_back(ctx: Ctx, order: dict[str, Any], incident_id: UUID) -> dict[str, Any]:
    """Record a call-back to the requester

    Closes the incident when the requester was told, or cannot be: then the note says why.
    """
    service.record_call_back(ctx, NewCallBack(incident_id, **order))
    return plain_incident(ctx.session, incident_id)


@blp.route("/incidents/<uuid:incident_id>/cancel", methods=["POST"])
@operation(Permission.INCIDENT_CANCEL)
@blp.arguments(CancelSchema)
@blp.response(200, IncidentRowSchema)
def cancel(ctx: Ctx, order: dict[str, Any], incident_id: UUID) -> dict[str, Any]:
    """Call an incident off

    Whoever was asked or is going is told. Cancelling twice is once.
    """
    service.cancel_incident(ctx, Cancellation(incident_id, **order))
    return plain_incident(ctx.session, incident_id)


@blp.route("/incidents/<uuid:incident_id>/timeline", methods=["GET"])
@operation(Permission.INCIDENT_READ)
@blp.arguments(TimelineQuery, location="query")
@blp.response(200, IncidentEventPageSchema)
def timeline(ctx: Ctx, query: dict[str, Any], incident_id: UUID) -> Response:
    """Show what happened

    Oldest first; ids, codes and numbers only.
    """
    last = read_cursor(query["cursor"], "timeline")
    rows = service.show_timeline(ctx, incident_id, after=last[0] if last else 0, limit=query["limit"])
    following = write_cursor([rows[-1]["id"]], "timeline") if len(rows) == query["limit"] else None
    return jsonify({"items": rows, "next_cursor": following})
