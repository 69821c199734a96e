"""JSON of costs."""

from marshmallow import fields, validate

from api.http.schemas import RequestSchema, ResponseSchema


class MessageCostSchema(ResponseSchema):
    """A sum in one currency, for one channel and provider."""

    currency = fields.String(
        required=True, allow_none=True, metadata={"description": "Empty where nobody has told a price."}
    )
    channel = fields.String(required=True, metadata={"x-vocabulary": "channel"})
    provider = fields.String(required=True, metadata={"x-vocabulary": "provider"})
    messages = fields.Integer(required=True)
    parts = fields.Integer(required=True, metadata={"description": "What they are billed as: a long text is several."})
    amount = fields.Decimal(required=True, places=6, as_string=True)
    uncertain = fields.Decimal(
        required=True, places=6, as_string=True,
        metadata={"description": "The part of it for calls that may or may not have been taken."},
    )  # fmt: skip


class MessageCostListSchema(ResponseSchema):
    """Costs of a time or of a subject."""

    items = fields.List(fields.Nested(MessageCostSchema), required=True)


class MessageCostQuery(RequestSchema):
    """Which month."""

    month = fields.String(
        required=True, validate=validate.Regexp(r"20\d\d-(0[1-9]|1[0-2])\Z"),
        metadata={"example": "2026-11", "description": "By the station's clock."},
    )  # fmt: skip
