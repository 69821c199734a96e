"""A case as a phone keeps it."""

from marshmallow import fields

from api.disputes.schemas.cases import PartyMarkSchema
from api.http.schemas import PointSchema, ResponseSchema


class DisputeCopySchema(ResponseSchema):
    """A case one needs to know, for reading without a network; its parties recognisable only."""

    id = fields.UUID(required=True)
    ref = fields.String(required=True, metadata={"description": "What is said on the telephone: `7K3-9QX2`."})
    state = fields.String(required=True, metadata={"x-vocabulary": "case_state"})
    colour = fields.String(required=True, metadata={"x-vocabulary": "dispute_colour"})
    score = fields.Integer(required=True)
    category = fields.String(required=True)
    scale = fields.String(required=True)
    strict = fields.Boolean(required=True)
    step_since = fields.AwareDateTime(required=True)
    due_at = fields.AwareDateTime(required=True, allow_none=True)
    unit_id = fields.UUID(required=True, allow_none=True)
    unit_name = fields.String(required=True, allow_none=True)
    lead_id = fields.UUID(required=True, allow_none=True)
    title = fields.String(required=True, allow_none=True)
    summary = fields.String(required=True)
    address = fields.String(required=True, allow_none=True)
    place = fields.Nested(PointSchema, required=True, allow_none=True)
    deadline_on = fields.Date(required=True, allow_none=True)
    reported_at = fields.AwareDateTime(required=True)
    settled_at = fields.AwareDateTime(required=True, allow_none=True)
    ended_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "The phone drops it 30 days later by itself."}
    )
    round = fields.Integer(required=True)
    version = fields.Integer(required=True)
    parties = fields.List(fields.Nested(PartyMarkSchema), required=True)
