"""HTTP of quiet hours: one's own, and the station's word on them."""

from typing import Any

from api.http.operation import operation
from api.identity.types import Permission
from api.notifications.queries.reach import reach_policy
from api.notifications.routes.blueprint import blp
from api.notifications.schemas.reach import (
    OwnQuietSchema,
    QuietChoiceSchema,
    ReachPolicyOrderSchema,
    ReachPolicySchema,
)
from api.notifications.service.quieting import (
    change_reach_policy,
    choose_quiet_hours,
    forget_quiet_hours,
    show_quiet_hours,
)
from api.notifications.types import OwnQuiet, ReachPolicy
from api.plumbing.context import Ctx


@blp.route("/me/quiet-hours", methods=["GET"])
@operation(Permission.SELF)
@blp.response(200, OwnQuietSchema)
def show_quiet(ctx: Ctx) -> OwnQuiet:
    """See one's quiet hours

    One's own, or the station's. Calls for help and grave warnings come at any hour.
    """
    return show_quiet_hours(ctx)


@blp.route("/me/quiet-hours", methods=["PUT"])
@operation(Permission.SELF)
@blp.arguments(QuietChoiceSchema)
@blp.response(200, OwnQuietSchema)
def choose_quiet(ctx: Ctx, order: dict[str, Any]) -> OwnQuiet:
    """Choose one's quiet hours

    What can wait then waits, and comes as one message when they end. Null: to be told at any hour.
    """
    return choose_quiet_hours(ctx, hours=order["quiet"])


@blp.route("/me/quiet-hours", methods=["DELETE"])
@operation(Permission.SELF)
@blp.response(204)
def forget_quiet(ctx: Ctx) -> None:
    """Take the station's quiet hours again

    What one had set for oneself is forgotten.
    """
    forget_quiet_hours(ctx)


@blp.route("/station/reach-policy", methods=["GET"])
@operation(Permission.NOTICE_READ)
@blp.response(200, ReachPolicySchema)
def show_reach_policy(ctx: Ctx) -> ReachPolicy:
    """The station's quiet hours and tests

    Quiet hours of those who have not chosen, how long repetitions wait to be summed up, how often people are tested.
    """
    return reach_policy(ctx.session, ctx.actor.station)


@blp.route("/station/reach-policy", methods=["PUT"])
@operation(Permission.REACH_MANAGE)
@blp.arguments(ReachPolicyOrderSchema)
@blp.response(200, ReachPolicySchema)
def put_reach_policy(ctx: Ctx, policy: ReachPolicy) -> ReachPolicy:
    """Change the station's quiet hours and tests

    Nobody's own choice changes with it.
    """
    return change_reach_policy(ctx, policy=policy)
