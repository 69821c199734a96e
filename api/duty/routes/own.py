"""One's own duty."""

from datetime import datetime, timedelta
from typing import Any

from api.duty import service
from api.duty.queries import shifts_of
from api.duty.routes.blueprint import blp
from api.duty.schemas import DutyStateSchema, GoOnDutySchema, OwnShiftsSchema
from api.duty.types import DutyState
from api.http.operation import operation
from api.identity.types import Permission
from api.plumbing.context import Ctx

OWN_SHIFTS_AHEAD = timedelta(days=62)


@blp.route("/duty", methods=["GET"])
@operation(Permission.DUTY_SELF)
@blp.response(200, DutyStateSchema)
def read_duty(ctx: Ctx) -> DutyState:
    """One's own duty

    Whether on duty, until when, and the incident one is busy with.
    """
    return service.own_state(ctx)


@blp.route("/duty/on", methods=["POST"])
@operation(Permission.DUTY_SELF)
@blp.arguments(GoOnDutySchema)
@blp.response(200, DutyStateSchema)
def go_on_duty(ctx: Ctx, body: dict[str, datetime | None]) -> DutyState:
    """Go on duty

    Twice is once; a given `until` moves the end of the running duty.
    """
    return service.go_on_duty(ctx, **body)


@blp.route("/duty/off", methods=["POST"])
@operation(Permission.DUTY_SELF)
@blp.response(200, DutyStateSchema)
def go_off_duty(ctx: Ctx) -> DutyState:
    """Go off duty

    Refused while a task is one's own: finishing it or dropping out lets somebody else be asked.
    """
    return service.go_off_duty(ctx)


@blp.route("/duty/shifts", methods=["GET"])
@operation(Permission.DUTY_SELF)
@blp.response(200, OwnShiftsSchema)
def list_own_shifts(ctx: Ctx) -> dict[str, Any]:
    """One's own shifts

    The running one and those of the next two months.
    """
    member_id = service.own_state(ctx).member_id
    return {"items": shifts_of(ctx.session, member_id, since=ctx.now, before=ctx.now + OWN_SHIFTS_AHEAD)}
