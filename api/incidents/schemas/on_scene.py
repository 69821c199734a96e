"""What the desk and the phone send and get about people who go and are on scene."""

from typing import Any

from marshmallow import fields, post_load, validate

from api.http.schemas import RequestSchema, ResponseSchema
from api.incidents.schemas.orders import NeedSchema, enum_field, text_field
from api.incidents.types.on_scene import ReinforcementReason


class HandAddSchema(RequestSchema):
    """Whom the dispatcher adds."""

    member_id = fields.UUID(required=True)
    need_id = fields.UUID(
        load_default=None, allow_none=True, metadata={"description": "Without one, a need with a free place, if any."}
    )
    agreed = fields.Boolean(
        load_default=False,
        metadata={"description": "They have said yes already, by telephone say: they go, and are not asked again."},
    )


class StandDownSchema(RequestSchema):
    """Whether somebody else is to go instead."""

    replace = fields.Boolean(
        load_default=False, metadata={"description": "Ask for the place again; else it goes with the person."}
    )


class ReopenSchema(RequestSchema):
    """Why a closed incident is opened again."""

    note = text_field(1000, required=True)


class LeadSchema(RequestSchema):
    """Who is to lead."""

    offer_id = fields.UUID(required=True, metadata={"description": "The offer of somebody going or there."})


class WelfareAnswerSchema(RequestSchema):
    """How somebody on scene is."""

    all_right = fields.Boolean(required=True)


class ReinforcementOrderSchema(RequestSchema):
    """More people, wanted from the scene."""

    needs = fields.List(fields.Nested(NeedSchema), required=True, validate=validate.Length(1, 5))
    reason = enum_field(ReinforcementReason, required=True)
    note = text_field(300, load_default=None, allow_none=True)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """The needs as the service takes them."""
        return {**data, "needs": tuple(data["needs"])}


class ReinforcementSchema(ResponseSchema):
    """A request for more people, and what came of it."""

    id = fields.UUID(required=True)
    incident_id = fields.UUID(required=True)
    offer_id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    needs = fields.List(fields.Dict(), required=True)
    reason = fields.String(required=True, metadata={"x-vocabulary": "reinforcement_reason"})
    note = fields.String(required=True, allow_none=True)
    state = fields.String(required=True, metadata={"x-vocabulary": "reinforcement_state"})
    asked_at = fields.AwareDateTime(required=True)
    decided_by = fields.UUID(required=True, allow_none=True)
    decided_at = fields.AwareDateTime(required=True, allow_none=True)
    dispatch_id = fields.UUID(required=True, allow_none=True, metadata={"description": "The dispatch that came of it."})


class ReinforcementAnswerSchema(ResponseSchema):
    """What became of a request: red ones of a few people are granted at once, others wait for the desk."""

    id = fields.UUID(required=True)
    state = fields.String(required=True, metadata={"x-vocabulary": "reinforcement_state"})


class WelfareSchema(ResponseSchema):
    """Where the watch over somebody on scene stands."""

    state = fields.String(required=True, metadata={"x-vocabulary": "welfare_state"})


class CompanionSchema(ResponseSchema):
    """Somebody else who goes or is there."""

    offer_id = fields.UUID(required=True)
    name = fields.String(required=True, allow_none=True, metadata={"description": "Masked."})
    state = fields.String(required=True, metadata={"x-vocabulary": "offer_state"})
    leads = fields.Boolean(required=True)


class PhotoSchema(ResponseSchema):
    """A photo of a report; the links end after a quarter of an hour."""

    id = fields.UUID(required=True)
    media_type = fields.String(required=True, metadata={"x-vocabulary": "media_type"})
    width = fields.Integer(required=True, allow_none=True)
    height = fields.Integer(required=True, allow_none=True)
    link = fields.String(required=True)
    thumbnail_link = fields.String(required=True, allow_none=True)
    taken_at = fields.AwareDateTime(required=True, allow_none=True)
