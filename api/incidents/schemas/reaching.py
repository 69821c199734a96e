"""JSON of who was reached."""

from marshmallow import fields, validate

from api.http.schemas import ResponseSchema
from api.notifications.types.reaching import Proof, Unreached


class NotReachedSchema(ResponseSchema):
    """Somebody asked of whom nothing shows that they know of it."""

    person_id = fields.UUID(required=True)
    subject_id = fields.UUID(required=True, metadata={"description": "Their offer."})
    reason = fields.String(
        required=True,
        validate=validate.OneOf([reason.value for reason in Unreached]),
        metadata={"x-vocabulary": "unreached_reason"},
    )
    channels = fields.List(
        fields.String(metadata={"x-vocabulary": "channel"}),
        required=True,
        metadata={"description": "What was tried, in this order."},
    )
    since = fields.AwareDateTime(required=True)


class MessageReceiptSchema(ResponseSchema):
    """What became of one message to somebody asked."""

    subject_id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    channel = fields.String(required=True, metadata={"x-vocabulary": "channel"})
    template = fields.String(required=True)
    queued_at = fields.AwareDateTime(required=True)
    sent_at = fields.AwareDateTime(required=True, allow_none=True)
    delivered_at = fields.AwareDateTime(required=True, allow_none=True)
    shown_at = fields.AwareDateTime(required=True, allow_none=True)
    read_at = fields.AwareDateTime(required=True, allow_none=True)
    proof = fields.String(
        required=True, allow_none=True, validate=validate.OneOf([proof.value for proof in Proof]),
        metadata={"description": "What shows that it was read.", "x-vocabulary": "reading_proof"},
    )  # fmt: skip


class ReachSchema(ResponseSchema):
    """An incident's people as messages reach them."""

    not_reached = fields.List(fields.Nested(NotReachedSchema), required=True)
    receipts = fields.List(fields.Nested(MessageReceiptSchema), required=True)
