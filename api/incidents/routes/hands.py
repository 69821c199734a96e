"""HTTP of the desk's hand: add, take back, stand down, name the lead, send more, open what was closed again."""

from typing import Any
from uuid import UUID

from api.http.operation import operation
from api.identity.types import Permission
from api.incidents import service
from api.incidents.queries.incidents import plain_incident
from api.incidents.routes.blueprint import blp
from api.incidents.schemas.desk import DispatchSchema, IncidentRowSchema
from api.incidents.schemas.on_scene import HandAddSchema, LeadSchema, ReinforcementSchema, ReopenSchema, StandDownSchema
from api.incidents.schemas.phone import AnsweredSchema
from api.incidents.service.adding import add_by_hand
from api.incidents.service.leading import name_lead
from api.incidents.service.reinforcing import decide_reinforcement
from api.incidents.service.reopening import reopen_incident
from api.incidents.service.scene_views import reinforcement_view
from api.incidents.service.taking_back import stand_down, take_back
from api.incidents.types import Answered, DispatchDetail
from api.incidents.types.on_scene import HandAdd
from api.plumbing.context import Ctx


@blp.route("/dispatches/<uuid:dispatch_id>/offers", methods=["POST"])
@operation(Permission.INCIDENT_DISPATCH, creates=True)
@blp.arguments(HandAddSchema)
@blp.response(201, AnsweredSchema)
def add_offer(ctx: Ctx, order: dict[str, Any], dispatch_id: UUID) -> Answered:
    """Add somebody by hand

    Any active member who is not going: silent, stood down, in reserve, never asked. When the need is full, their yes
    makes one more place.
    """
    return add_by_hand(ctx, HandAdd(dispatch_id, **order))


@blp.route("/dispatches/<uuid:dispatch_id>/offers/<uuid:offer_id>/withdraw", methods=["POST"])
@operation(Permission.INCIDENT_DISPATCH)
@blp.response(200, AnsweredSchema)
def withdraw_offer(ctx: Ctx, dispatch_id: UUID, offer_id: UUID) -> Answered:
    """Take back what one person was asked

    Before they have said yes. They are told only if they had heard of it, and are not asked again.
    """
    return take_back(ctx, offer_id, dispatch_id=dispatch_id)


@blp.route("/dispatches/<uuid:dispatch_id>/offers/<uuid:offer_id>/stand-down", methods=["POST"])
@operation(Permission.INCIDENT_DISPATCH)
@blp.arguments(StandDownSchema)
@blp.response(200, AnsweredSchema)
def stand_down_offer(ctx: Ctx, order: dict[str, Any], dispatch_id: UUID, offer_id: UUID) -> Answered:
    """Stand one person down

    Asked or going. Their place goes with them, unless `replace` asks for it again.
    """
    return stand_down(ctx, offer_id, dispatch_id=dispatch_id, replace=order["replace"])


@blp.route("/dispatches/<uuid:dispatch_id>/lead", methods=["POST"])
@operation(Permission.INCIDENT_DISPATCH)
@blp.arguments(LeadSchema)
@blp.response(200, DispatchSchema)
def name_dispatch_lead(ctx: Ctx, order: dict[str, Any], dispatch_id: UUID) -> DispatchDetail:
    """Name who leads on scene

    Somebody who is going or there. Until somebody is named, the first to arrive leads.
    """
    name_lead(ctx, order["offer_id"], dispatch_id=dispatch_id)
    return service.show_dispatch(ctx, dispatch_id)


@blp.route("/reinforcements/<uuid:reinforcement_id>/grant", methods=["POST"])
@operation(Permission.INCIDENT_DISPATCH)
@blp.response(200, ReinforcementSchema)
def grant_reinforcement(ctx: Ctx, reinforcement_id: UUID) -> dict[str, Any]:
    """Send the people asked for from the scene

    One click: a dispatch of the same incident. Granting twice is once.
    """
    return reinforcement_view(decide_reinforcement(ctx, reinforcement_id, grant=True))


@blp.route("/reinforcements/<uuid:reinforcement_id>/refuse", methods=["POST"])
@operation(Permission.INCIDENT_DISPATCH)
@blp.response(200, ReinforcementSchema)
def refuse_reinforcement(ctx: Ctx, reinforcement_id: UUID) -> dict[str, Any]:
    """Send nobody more

    Whoever asked is told that it was decided.
    """
    return reinforcement_view(decide_reinforcement(ctx, reinforcement_id, grant=False))


@blp.route("/incidents/<uuid:incident_id>/reopen", methods=["POST"])
@operation(Permission.INCIDENT_CALL_BACK)
@blp.arguments(ReopenSchema)
@blp.response(200, IncidentRowSchema)
def reopen(ctx: Ctx, order: dict[str, Any], incident_id: UUID) -> dict[str, Any]:
    """Open a closed incident again

    When the requester says that nothing has changed. Its history stays, its clock begins anew, and the desk and whoever
    approved the reports are told.
    """
    reopen_incident(ctx, incident_id, note=order["note"])
    return plain_incident(ctx.session, incident_id)
