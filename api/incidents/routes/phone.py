"""HTTP of a member's phone: one's own offers, answers, and reports."""

from typing import Any
from uuid import UUID

from flask import Response, jsonify

from api.http.operation import operation
from api.identity.types import Permission
from api.incidents import service
from api.incidents.routes.blueprint import blp
from api.incidents.schemas.desk import FeedbackSchema
from api.incidents.schemas.phone import (
    AnsweredSchema,
    FeedbackOrderSchema,
    MoveSchema,
    OfferListSchema,
    OfferSchema,
    RefusalSchema,
)
from api.incidents.service.scene_views import feedback_views
from api.incidents.types import Answered, Move, NewFeedback, OfferDetail, Refusal
from api.plumbing.context import Ctx


@blp.route("/offers", methods=["GET"])
@operation(Permission.OFFER_ANSWER)
@blp.response(200, OfferListSchema)
def list_own(ctx: Ctx) -> Response:
    """List one's own offers

    Those that still matter first. Before accepting an offer has no place and no name.
    """
    return jsonify({"items": service.list_offers(ctx)})


@blp.route("/offers/<uuid:offer_id>", methods=["GET"])
@operation(Permission.OFFER_ANSWER)
@blp.response(200, OfferSchema)
def show_own(ctx: Ctx, offer_id: UUID) -> OfferDetail:
    """Show one's own offer

    After accepting, with the task; that reading is audited.
    """
    return service.show_offer(ctx, offer_id)


@blp.route("/offers/<uuid:offer_id>/accept", methods=["POST"])
@operation(Permission.OFFER_ANSWER, vital=True)
@blp.response(200, AnsweredSchema)
def accept(ctx: Ctx, offer_id: UUID) -> Answered:
    """Say yes

    With no place free the answer is `stood_down` and the reason `full`: stay in reserve. Repeating it changes nothing.
    """
    return service.accept_offer(ctx, offer_id)


@blp.route("/offers/<uuid:offer_id>/decline", methods=["POST"])
@operation(Permission.OFFER_ANSWER, vital=True)
@blp.arguments(RefusalSchema)
@blp.response(200, AnsweredSchema)
def decline(ctx: Ctx, body: dict[str, Any], offer_id: UUID) -> Answered:
    """Say no

    Somebody else is asked at once.
    """
    return service.decline_offer(ctx, Refusal(offer_id, **body))


@blp.route("/offers/<uuid:offer_id>/depart", methods=["POST"])
@operation(Permission.OFFER_ANSWER)
@blp.arguments(MoveSchema)
@blp.response(200, AnsweredSchema)
def depart(ctx: Ctx, body: dict[str, Any], offer_id: UUID) -> Answered:
    """On the way

    `occurred_at` is the phone's time, for what was done offline.
    """
    return service.depart(ctx, Move(offer_id, **body))


@blp.route("/offers/<uuid:offer_id>/arrive", methods=["POST"])
@operation(Permission.OFFER_ANSWER)
@blp.arguments(MoveSchema)
@blp.response(200, AnsweredSchema)
def arrive(ctx: Ctx, body: dict[str, Any], offer_id: UUID) -> Answered:
    """Arrived

    The distance of `position` from the place is kept; being far never blocks.
    """
    return service.arrive(ctx, Move(offer_id, **body))


@blp.route("/offers/<uuid:offer_id>/finish", methods=["POST"])
@operation(Permission.OFFER_ANSWER)
@blp.arguments(MoveSchema)
@blp.response(200, AnsweredSchema)
def finish(ctx: Ctx, body: dict[str, Any], offer_id: UUID) -> Answered:
    """Done

    The member is free for other tasks, and owes a report.
    """
    return service.finish(ctx, Move(offer_id, **body))


@blp.route("/offers/<uuid:offer_id>/drop-out", methods=["POST"])
@operation(Permission.OFFER_ANSWER)
@blp.arguments(RefusalSchema)
@blp.response(200, AnsweredSchema)
def drop_out(ctx: Ctx, body: dict[str, Any], offer_id: UUID) -> Answered:
    """Leave a task

    The place is free again and somebody else is asked.
    """
    return service.drop_out(ctx, Refusal(offer_id, **body))


@blp.route("/offers/<uuid:offer_id>/feedback", methods=["POST"])
@operation(Permission.OFFER_ANSWER, creates=True)
@blp.arguments(FeedbackOrderSchema)
@blp.response(201, FeedbackSchema)
def give_feedback(ctx: Ctx, body: dict[str, Any], offer_id: UUID) -> dict[str, Any]:
    """Report back

    Once per task; again when it was returned.
    """
    return feedback_views(ctx, [service.give_feedback(ctx, NewFeedback(offer_id, **body))])[0]
