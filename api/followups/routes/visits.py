"""Day lists, one visit, and what supervisors decide about it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response

from api.followups import service
from api.followups.queries import holder_ids, overdue, visits_due, visits_led
from api.followups.routes.blueprint import blp
from api.followups.rules.schedule import days_ahead
from api.followups.schemas import (
    OverdueQuery,
    VisitAssignmentSchema,
    VisitFileSchema,
    VisitPageSchema,
    VisitQuery,
    VisitSchema,
    VisitWaiverSchema,
)
from api.followups.types import Owner, Scope, Visit, WaiveReason
from api.http.operation import operation
from api.http.paging import read_cursor, write_cursor
from api.http.rows import answer_page
from api.identity.types import Permission
from api.kernel.paging import Page
from api.plumbing.context import Ctx


@blp.route("/visits", methods=["GET"])
@operation(Permission.VISIT_DO)
@blp.arguments(VisitQuery, location="query")
@blp.response(200, VisitPageSchema)
def list_visits(ctx: Ctx, query: dict[str, Any]) -> Response:
    """One's day list

    The visits to make by their deadline, so the overdue ones come first; or, with `scope=led`, the overdue visits of
    others one is the first to be asked about.
    """
    after, limit = _after(query["cursor"], query["scope"]), query["limit"]
    holders = holder_ids(ctx.session, ctx.actor.person)
    if query["scope"] is Scope.LED:
        return _page(visits_led(ctx.session, ctx.actor.person, holders, after=after, limit=limit), "led", limit)
    before = days_ahead(ctx.now, query["days"])
    return _page(visits_due(ctx.session, holders, before=before, after=after, limit=limit), "mine", limit)


@blp.route("/visits/overdue", methods=["GET"])
@operation(Permission.VISIT_READ)
@blp.arguments(OverdueQuery, location="query")
@blp.response(200, VisitPageSchema)
def list_overdue(ctx: Ctx, query: dict[str, Any]) -> Response:
    """The station's overdue visits

    The longest overdue first.
    """
    after, limit = _after(query.pop("cursor"), "overdue"), query["limit"]
    return _page(overdue(ctx.session, ctx.actor.station, after=after, **query), "overdue", limit)


@blp.route("/visits/<uuid:visit_id>", methods=["GET"])
@operation(Permission.VISIT_DO)
@blp.response(200, VisitFileSchema)
def show_visit(ctx: Ctx, visit_id: UUID) -> service.VisitFile:
    """One visit and its reports

    For whoever holds it, leads its plan or answers for its grid, and for supervisors. Every look is in the audit.
    """
    return service.read_visit(ctx, visit_id)


@blp.route("/visits/<uuid:visit_id>/waivers", methods=["POST"])
@operation(Permission.VISIT_MANAGE, creates=True)
@blp.arguments(VisitWaiverSchema)
@blp.response(201, VisitSchema)
def waive(ctx: Ctx, body: dict[str, Any], visit_id: UUID) -> Visit:
    """Decide that a visit needs not be made

    Also for a missed one, which thereby has its explanation. `illegal_transition` (409) for one that was done.
    """
    return service.waive_visit(ctx, visit_id, reason=WaiveReason(body["reason"]), note=body["note"])


@blp.route("/visits/<uuid:visit_id>/assignments", methods=["POST"])
@operation(Permission.VISIT_MANAGE, creates=True)
@blp.arguments(VisitAssignmentSchema)
@blp.response(201, VisitSchema)
def assign(ctx: Ctx, body: dict[str, Any], visit_id: UUID) -> Visit:
    """Give a visit to a person, a grid or a team

    Its deadline and the rungs it has climbed stay as they are.
    """
    return service.reassign_visit(ctx, visit_id, owner=Owner(**body))


def _after(cursor: str | None, purpose: str) -> tuple[datetime, UUID] | None:
    values = read_cursor(cursor, f"visits.{purpose}")
    return None if values is None else (datetime.fromisoformat(values[0]), UUID(values[1]))


def _page(visits: Sequence[Visit], purpose: str, limit: int) -> Response:
    cursor = None
    if len(visits) == limit:
        last = visits[-1]
        cursor = write_cursor([last.overdue_at.isoformat(), str(last.id)], f"visits.{purpose}")
    return answer_page(VisitSchema, Page(visits, cursor))
