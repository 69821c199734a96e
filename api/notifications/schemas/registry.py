"""JSON of registered wordings."""

from marshmallow import fields, validate

from api.http.schemas import RequestSchema, ResponseSchema
from api.notifications.rules.carriers import PROVIDERS_OF
from api.notifications.rules.registry import LANGUAGES
from api.notifications.types import Channel, Provider, TemplateEvent, TemplateState

_TEXTERS = [provider.value for provider in PROVIDERS_OF[Channel.SMS]]
_NAME = validate.Regexp(r"[A-Za-z_]\w{0,19}\Z")


class SmsTemplateQuery(RequestSchema):
    """Which registrations to show."""

    provider = fields.String(
        load_default=None, validate=validate.OneOf(_TEXTERS), metadata={"x-vocabulary": "provider"}
    )
    state = fields.Enum(TemplateState, by_value=True, load_default=None)


class SmsTemplateSchema(ResponseSchema):
    """One of our wordings as a provider has registered it."""

    id = fields.UUID(required=True)
    provider = fields.String(required=True, metadata={"x-vocabulary": "provider"})
    template = fields.String(required=True)
    wording = fields.Integer(required=True, metadata={"description": "The version of the template's words."})
    current = fields.Boolean(
        required=True, metadata={"description": "Whether these are today's words; others are sent no more."}
    )
    language = fields.String(required=True, metadata={"x-vocabulary": "language"})
    linked = fields.Boolean(required=True, metadata={"description": "The wording that carries a link to answer on."})
    signature = fields.String(required=True)
    body = fields.String(required=True)
    mapping = fields.Dict(
        keys=fields.String(), values=fields.String(), required=True,
        metadata={"description": "The provider's variable, and the one of ours that fills it."},
    )  # fmt: skip
    code = fields.String(required=True, allow_none=True)
    state = fields.Enum(TemplateState, by_value=True, required=True)
    reason = fields.String(required=True, allow_none=True)
    changed_at = fields.AwareDateTime(required=True)


class SmsTemplateListSchema(ResponseSchema):
    """Registrations; there are some dozens."""

    items = fields.List(fields.Nested(SmsTemplateSchema), required=True)


class SmsTemplateDraftsSchema(RequestSchema):
    """For which provider to draft what is missing."""

    provider = fields.Enum(Provider, by_value=True, required=True, validate=validate.OneOf(PROVIDERS_OF[Channel.SMS]))


class SmsTemplateOrderSchema(RequestSchema):
    """A wording as a provider wants it: the same words, with its own names for the variables."""

    provider = fields.Enum(Provider, by_value=True, required=True, validate=validate.OneOf(PROVIDERS_OF[Channel.SMS]))
    template = fields.String(required=True, validate=validate.Length(1, 60))
    language = fields.String(required=True, validate=validate.OneOf(LANGUAGES), metadata={"x-vocabulary": "language"})
    linked = fields.Boolean(load_default=False)
    signature = fields.String(required=True, validate=validate.Length(2, 12))
    body = fields.String(required=True, validate=validate.Length(1, 500))
    mapping = fields.Dict(
        keys=fields.String(validate=_NAME), values=fields.String(validate=_NAME), load_default=dict,
        validate=validate.Length(max=10),
    )  # fmt: skip


class SmsTemplateMoveSchema(RequestSchema):
    """What became of a registration."""

    id = fields.UUID(required=True)
    event = fields.Enum(TemplateEvent, by_value=True, required=True)
    code = fields.String(load_default=None, validate=validate.Regexp(r"[A-Za-z0-9_-]{1,60}\Z"))
    reason = fields.String(load_default=None, validate=validate.Length(1, 500))
