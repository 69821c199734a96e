"""Retention rules on the wire."""

from marshmallow import fields, validate

from api.http.schemas import RequestSchema, ResponseSchema
from api.retention.types import LEAST_DAYS, MOST_DAYS


class RetentionRuleSchema(ResponseSchema):
    """One version of how long something is kept."""

    purpose = fields.String(required=True, metadata={"x-vocabulary": "retention_purpose"})
    version = fields.Integer(required=True)
    keep_days = fields.Integer(required=True, metadata={"description": "Counted from the end of the matter."})
    station_id = fields.UUID(required=True, allow_none=True, metadata={"description": "Null: common to all."})
    made_by = fields.UUID(required=True, allow_none=True)
    made_at = fields.AwareDateTime(required=True)


class NewRetentionRuleSchema(RequestSchema):
    """A rule's next version."""

    keep_days = fields.Integer(
        required=True, strict=True, validate=validate.Range(LEAST_DAYS, MOST_DAYS), metadata={"example": 1825}
    )
    replaces = fields.Integer(required=True, strict=True, validate=validate.Range(1), metadata={"example": 1})
