"""JSON of what an incident has cost."""

from marshmallow import fields

from api.http.schemas import ResponseSchema
from api.notifications.schemas.costs import MessageCostSchema


class DispatchCostSchema(ResponseSchema):
    """What one dispatch has cost in messages."""

    dispatch_id = fields.UUID(required=True)
    asked = fields.Integer(required=True, metadata={"description": "How many people were asked."})
    costs = fields.List(fields.Nested(MessageCostSchema), required=True)
    per_person = fields.Dict(
        keys=fields.String(), values=fields.Decimal(places=6, as_string=True), required=True,
        metadata={"description": "By currency, for each person who was asked."},
    )  # fmt: skip


class IncidentCostSchema(ResponseSchema):
    """What an incident has cost in messages."""

    total = fields.List(fields.Nested(MessageCostSchema), required=True)
    dispatches = fields.List(fields.Nested(DispatchCostSchema), required=True)
    other = fields.List(
        fields.Nested(MessageCostSchema), required=True,
        metadata={"description": "Messages that belong to no dispatch, such as the call-back."},
    )  # fmt: skip
