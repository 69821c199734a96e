"""Shifts, as the desk plans them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from api.duty import service
from api.duty.queries import shift_by_id, shifts_between
from api.duty.routes.blueprint import blp
from api.duty.schemas import NewShiftSchema, ShiftPageSchema, ShiftQuery, ShiftSchema, ShiftTimesSchema
from api.duty.types import Shift
from api.http.etags import matched_version, set_etag
from api.http.operation import operation
from api.http.paging import read_cursor, write_cursor
from api.identity.types import Permission
from api.kernel.errors import NotFound
from api.kernel.paging import Page
from api.plumbing.context import Ctx


@blp.route("/shifts", methods=["POST"])
@operation(Permission.DUTY_MANAGE, creates=True)
@blp.arguments(NewShiftSchema)
@blp.response(201, ShiftSchema)
def create_shift(ctx: Ctx, body: dict[str, Any]) -> Shift:
    """Plan a shift

    Its start puts the member on duty, its end takes them off. It may cross midnight, but no other shift of theirs.
    """
    return _tagged(service.create_shift(ctx, service.NewShift(**body)))


@blp.route("/shifts", methods=["GET"])
@operation(Permission.DUTY_READ)
@blp.arguments(ShiftQuery, location="query")
@blp.response(200, ShiftPageSchema)
def list_shifts(ctx: Ctx, query: dict[str, Any]) -> Page[Shift]:
    """The station's shifts

    Those that start in [from, to), cancelled ones included, by start.
    """
    after = read_cursor(query.pop("cursor"), "shifts")
    behind = (datetime.fromisoformat(after[0]), UUID(after[1])) if after else None
    shifts = shifts_between(ctx.session, ctx.actor.station, after=behind, **query)
    more = len(shifts) == query["limit"]
    cursor = write_cursor([shifts[-1].starts_at.isoformat(), str(shifts[-1].id)], "shifts") if more else None
    return Page(shifts, cursor)


@blp.route("/shifts/<uuid:shift_id>", methods=["GET"])
@operation(Permission.DUTY_READ)
@blp.response(200, ShiftSchema)
def read_shift(ctx: Ctx, shift_id: UUID) -> Shift:
    """One shift

    Its ETag is what an edit sends back.
    """
    shift = shift_by_id(ctx.session, ctx.actor.station, shift_id)
    if shift is None:
        raise NotFound
    return _tagged(shift)


@blp.route("/shifts/<uuid:shift_id>", methods=["PATCH"])
@operation(Permission.DUTY_MANAGE)
@blp.arguments(ShiftTimesSchema)
@blp.response(200, ShiftSchema)
def edit_shift(ctx: Ctx, body: dict[str, datetime], shift_id: UUID) -> Shift:
    """Move a shift

    Of a running shift only the end can be moved, and the member's duty ends with it.
    """
    return _tagged(service.edit_shift(ctx, shift_id, matched_version(), **body))


@blp.route("/shifts/<uuid:shift_id>/cancel", methods=["POST"])
@operation(Permission.DUTY_MANAGE)
@blp.response(200, ShiftSchema)
def cancel_shift(ctx: Ctx, shift_id: UUID) -> Shift:
    """Cancel a shift

    Whom it had put on duty goes off; somebody on a task stays on it.
    """
    return _tagged(service.cancel_shift(ctx, shift_id, matched_version()))


def _tagged(shift: Shift) -> Shift:
    set_etag(shift.version)
    return shift
