"""Handing an incident over, on the wire."""

from marshmallow import fields, validate

from api.http.schemas import RequestSchema, ResponseSchema


class HandOverSchema(RequestSchema):
    """What the desk knows of the dispute already."""

    category = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Regexp(r"[A-Za-z0-9_]{1,40}\Z"),
        metadata={"description": "A code of the disputes' category list; an unknown one becomes `99`."},
    )


class HandedOverSchema(ResponseSchema):
    """The dispute, once there is one."""

    incident_id = fields.UUID(required=True)
    dispute_id = fields.UUID(required=True, allow_none=True)
