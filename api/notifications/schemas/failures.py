"""JSON of addresses that failed."""

from marshmallow import fields, validate

from api.http.schemas import PageQuery, RequestSchema, ResponseSchema, page_of
from api.notifications.types import Channel


class FailureQuery(PageQuery):
    """A page of the report."""


class FailureExportQuery(RequestSchema):
    """The form of the file."""

    format = fields.String(load_default="xlsx", validate=validate.OneOf(["xlsx", "csv"]))


class ContactFailureSchema(ResponseSchema):
    """A number or a phone's token that failed."""

    id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    name = fields.String(required=True)
    phone = fields.String(required=True, metadata={"description": "Masked."})
    channel = fields.String(
        required=True,
        validate=validate.OneOf([channel.value for channel in Channel]),
        metadata={"x-vocabulary": "channel"},
    )
    code = fields.String(required=True, metadata={"description": "The provider's word for the last failure."})
    count = fields.Integer(required=True)
    first_at = fields.AwareDateTime(required=True)
    last_at = fields.AwareDateTime(required=True)
    fixed = fields.Boolean(required=True, metadata={"description": "The person has another number or phone since."})


ContactFailurePageSchema = page_of(ContactFailureSchema)
