"""JSON of messages."""

from marshmallow import fields, validate

from api.http.schemas import PageQuery, RequestSchema, ResponseSchema, page_of
from api.notifications.types import AckKind, MessageState

_KNOWN_STATE = validate.OneOf([state.value for state in MessageState])


class WordingSchema(ResponseSchema):
    """A title and a body, as a push shows them."""

    title = fields.String(required=True)
    body = fields.String(required=True)


class InboxTextSchema(ResponseSchema):
    """The generic text in both languages; details are behind `subject_id`, for those who may see them."""

    zh = fields.Nested(WordingSchema, required=True, attribute="zh-CN", data_key="zh-CN")
    en = fields.Nested(WordingSchema, required=True)


class InboxItemSchema(ResponseSchema):
    """A message to the caller."""

    id = fields.UUID(required=True, metadata={"description": "The msg_id of the push; show each once."})
    type = fields.String(required=True)
    subject_kind = fields.String(required=True)
    subject_id = fields.UUID(required=True, allow_none=True)
    step = fields.String(required=True)
    channel = fields.String(required=True, metadata={"x-vocabulary": "channel"})
    state = fields.String(required=True, validate=_KNOWN_STATE, metadata={"x-vocabulary": "message_state"})
    text = fields.Nested(InboxTextSchema, required=True)
    created_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True)
    read_at = fields.AwareDateTime(required=True, allow_none=True)


InboxPageSchema = page_of(InboxItemSchema)


class AcknowledgementSchema(RequestSchema):
    """What the phone did with a message."""

    kind = fields.Enum(AckKind, by_value=True, required=True)
    occurred_at = fields.AwareDateTime(required=True, metadata={"description": "By the phone's clock."})
    client_seq = fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=validate.Range(0, 2**53),
        metadata={"description": "The phone's own running number, if it keeps one."},
    )  # fmt: skip


class MessageQuery(PageQuery):
    """Which messages the desk asks for."""

    subject_id = fields.UUID(required=True)


class MessageStatusSchema(ResponseSchema):
    """What became of one message."""

    id = fields.UUID(required=True)
    subject_kind = fields.String(required=True)
    subject_id = fields.UUID(required=True, allow_none=True)
    person_id = fields.UUID(required=True, allow_none=True)
    template = fields.String(required=True)
    step = fields.String(required=True)
    origin_id = fields.UUID(
        required=True, allow_none=True, metadata={"description": "The message this one took over from."}
    )
    urgency = fields.String(required=True)
    channel = fields.String(required=True, metadata={"x-vocabulary": "channel"})
    state = fields.String(required=True, validate=_KNOWN_STATE, metadata={"x-vocabulary": "message_state"})
    attempts = fields.Integer(required=True)
    error_code = fields.String(required=True, allow_none=True)
    created_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True)
    sent_at = fields.AwareDateTime(required=True, allow_none=True)
    delivered_at = fields.AwareDateTime(required=True, allow_none=True)
    shown_at = fields.AwareDateTime(required=True, allow_none=True)
    read_at = fields.AwareDateTime(required=True, allow_none=True)


MessagePageSchema = page_of(MessageStatusSchema)
