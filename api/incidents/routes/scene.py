"""HTTP of the phone of somebody who goes: still coming, all right, more people, the lead."""

from typing import Any
from uuid import UUID

from api.http.operation import operation
from api.identity.types import Permission
from api.incidents import service
from api.incidents.routes.blueprint import blp
from api.incidents.schemas.on_scene import (
    LeadSchema,
    ReinforcementAnswerSchema,
    ReinforcementOrderSchema,
    WelfareAnswerSchema,
    WelfareSchema,
)
from api.incidents.schemas.phone import AnsweredSchema, OfferSchema
from api.incidents.service.leading import hand_over_lead
from api.incidents.service.reinforcing import ask_for_more
from api.incidents.service.stillness import confirm_coming
from api.incidents.service.welfare import answer_welfare
from api.incidents.types import Answered, OfferDetail
from api.incidents.types.on_scene import NewReinforcement
from api.plumbing.context import Ctx


@blp.route("/offers/<uuid:offer_id>/still-coming", methods=["POST"])
@operation(Permission.OFFER_ANSWER)
@blp.response(200, AnsweredSchema)
def still_coming(ctx: Ctx, offer_id: UUID) -> Answered:
    """Say that one is still coming

    The answer to `still_asked`. 409 `not_going` when the place is somebody else's by now.
    """
    return confirm_coming(ctx, offer_id)


@blp.route("/offers/<uuid:offer_id>/welfare", methods=["POST"])
@operation(Permission.OFFER_ANSWER)
@blp.arguments(WelfareAnswerSchema)
@blp.response(200, WelfareSchema)
def tell_welfare(ctx: Ctx, body: dict[str, Any], offer_id: UUID) -> dict[str, str]:
    """Say whether all is well on scene

    Asked for or not. `all_right: false` calls the desk at once.
    """
    return {"state": answer_welfare(ctx, offer_id, all_right=body["all_right"])}


@blp.route("/offers/<uuid:offer_id>/reinforcements", methods=["POST"])
@operation(Permission.OFFER_ANSWER, creates=True)
@blp.arguments(ReinforcementOrderSchema)
@blp.response(201, ReinforcementAnswerSchema)
def ask_reinforcement(ctx: Ctx, body: dict[str, Any], offer_id: UUID) -> dict[str, Any]:
    """Ask for more people

    By somebody on the way or there. A few people for a red incident are sent at once, anything else by the desk.
    """
    request_id, state = ask_for_more(ctx, NewReinforcement(offer_id, **body))
    return {"id": request_id, "state": state}


@blp.route("/offers/<uuid:offer_id>/lead", methods=["POST"])
@operation(Permission.OFFER_ANSWER)
@blp.arguments(LeadSchema)
@blp.response(200, OfferSchema)
def hand_over(ctx: Ctx, body: dict[str, Any], offer_id: UUID) -> OfferDetail:
    """Hand the lead to somebody else

    One of the task's `companions`. 409 `not_leading` for who does not lead.
    """
    hand_over_lead(ctx, offer_id, to_offer_id=body["offer_id"])
    return service.show_offer(ctx, offer_id)
