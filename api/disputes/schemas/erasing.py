"""Erasure on the wire."""

from marshmallow import fields, validate

from api.http.schemas import RequestSchema


class DisputeErasureSchema(RequestSchema):
    """Why a party is erased before its time."""

    reason = fields.String(
        required=True,
        validate=validate.OneOf(["requested", "ordered", "mistake"]),
        metadata={
            "description": "By the person's own request, by order of an authority, or entered by mistake.",
            "x-vocabulary": "erasure_reason",
        },
    )
