"""What a member's phone sends and gets."""

from typing import Any

from marshmallow import fields, post_load, validate

from api.http.schemas import PlaceField, PointSchema, RequestSchema, ResponseSchema
from api.incidents.schemas.desk import FeedbackSchema, RequesterViewSchema
from api.incidents.schemas.on_scene import CompanionSchema
from api.incidents.schemas.orders import enum_field
from api.incidents.types import DeclineReason, Outcome

MOST_PHOTOS = 5


class MoveSchema(RequestSchema):
    """When, by the phone's clock, and where; both optional."""

    occurred_at = fields.AwareDateTime(load_default=None, allow_none=True)
    position = PlaceField(load_default=None, allow_none=True)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """The place in WGS-84; its datum has served."""
        position = data["position"]
        return {"occurred_at": data["occurred_at"], "place": position[0] if position else None}


class RefusalSchema(RequestSchema):
    """Why not."""

    reason = enum_field(DeclineReason, load_default=DeclineReason.OTHER)


class FeedbackOrderSchema(RequestSchema):
    """A report on one's own task."""

    outcome = enum_field(Outcome, required=True)
    text = fields.String(load_default="", validate=validate.Length(max=2000))
    occurred_at = fields.AwareDateTime(load_default=None, allow_none=True)
    photos = fields.List(
        fields.UUID(),
        load_default=list,
        validate=validate.Length(max=MOST_PHOTOS),
        metadata={"description": "Ids of files the member uploaded before."},
    )

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Ids once each."""
        return {**data, "photos": tuple(dict.fromkeys(data["photos"]))}


class AnsweredSchema(ResponseSchema):
    """Where the offer stands now. A yes that came too late is `stood_down` with the reason `full`, not an error."""

    id = fields.UUID(required=True)
    state = fields.String(required=True, metadata={"x-vocabulary": "offer_state"})
    reason = fields.String(
        required=True, allow_none=True, metadata={"x-vocabulary": ["decline_reason", "stand_down_reason"]}
    )


class OfferSummarySchema(ResponseSchema):
    """An offer in the list: no place, no name, distance and time in wide steps."""

    id = fields.UUID(required=True)
    state = fields.String(required=True, metadata={"x-vocabulary": "offer_state"})
    reason = fields.String(
        required=True, allow_none=True, metadata={"x-vocabulary": ["decline_reason", "stand_down_reason"]}
    )
    kind = fields.String(required=True, metadata={"x-vocabulary": "incident_kind"})
    colour = fields.String(required=True, metadata={"x-vocabulary": "incident_colour"})
    distance_m = fields.Integer(required=True, metadata={"description": "In steps of 500, never less than it is."})
    eta_s = fields.Integer(
        required=True, metadata={"description": "In steps of 900, never less than it is; exactly once accepted."}
    )
    offered_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True)
    drill = fields.Boolean(required=True, metadata={"description": "An exercise: nothing has happened."})


class OfferListSchema(ResponseSchema):
    """One's own offers, those that still matter first."""

    items = fields.List(fields.Nested(OfferSummarySchema), required=True)


class TaskSchema(ResponseSchema):
    """What somebody who goes needs to know."""

    incident_id = fields.UUID(required=True)
    ref = fields.String(required=True)
    category = fields.String(required=True, metadata={"x-vocabulary": "incident_category"})
    description = fields.String(required=True)
    address = fields.String(required=True, allow_none=True)
    place = fields.Nested(PointSchema, required=True)
    unit_name = fields.String(required=True, allow_none=True)
    requester = fields.Nested(RequesterViewSchema, required=True)
    companions = fields.List(fields.Nested(CompanionSchema), required=True)


class OfferSchema(OfferSummarySchema):
    """One's own offer; `task` only while one goes, reading it is audited."""

    accepted_at = fields.AwareDateTime(required=True, allow_none=True)
    departed_at = fields.AwareDateTime(required=True, allow_none=True)
    arrived_at = fields.AwareDateTime(required=True, allow_none=True)
    done_at = fields.AwareDateTime(required=True, allow_none=True)
    eta_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "When one will be there, from the fix of `fix_at`."}
    )
    fix_at = fields.AwareDateTime(required=True, allow_none=True)
    still_asked = fields.Boolean(required=True, metadata={"description": "Waits for `still-coming`, or a drop-out."})
    welfare = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "On scene: `asked` and `missed` wait for an answer.", "x-vocabulary": "welfare_state"},
    )
    leads = fields.Boolean(required=True)
    feedback = fields.Nested(FeedbackSchema, required=True, allow_none=True)
    task = fields.Nested(TaskSchema, required=True, allow_none=True)
