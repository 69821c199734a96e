"""Calendar addresses on the wire."""

from marshmallow import fields, validate

from api.http.schemas import RequestSchema, ResponseSchema


class VisitFeedSchema(ResponseSchema):
    """A calendar address; its token is shown once, when it is made."""

    id = fields.UUID(required=True)
    created_at = fields.AwareDateTime(required=True)


class VisitFeedListSchema(ResponseSchema):
    """One's live calendar addresses."""

    items = fields.List(fields.Nested(VisitFeedSchema), required=True)


class VisitNewFeedSchema(ResponseSchema):
    """The address to give to a calendar program."""

    id = fields.UUID(required=True)
    url = fields.String(required=True)


class FeedQuery(RequestSchema):
    """What the address carries."""

    token = fields.String(required=True, validate=validate.Length(1, 200))
    language = fields.String(load_default="zh", validate=validate.OneOf(["zh", "en"]))
