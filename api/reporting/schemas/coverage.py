"""Duty by grid and hour on the wire."""

from marshmallow import fields

from api.http.schemas import RequestSchema, ResponseSchema


class DutyCoverageQuery(RequestSchema):
    """Which day."""

    day = fields.Date(
        load_default=None,
        allow_none=True,
        metadata={"description": "In the station's zone; left out: today.", "example": "2026-11-22"},
    )


class DutyCoverageLineSchema(ResponseSchema):
    """One grid; without a grid: the members of none."""

    grid_id = fields.UUID(required=True, allow_none=True)
    grid_code = fields.String(required=True, allow_none=True)
    grid_name = fields.String(required=True, allow_none=True)
    members = fields.Integer(required=True)
    hours = fields.List(
        fields.Integer(), required=True, metadata={"description": "24 counts of people, from midnight on."}
    )


class DutyCoverageSchema(ResponseSchema):
    """A day of duty."""

    day = fields.Date(required=True)
    present_hour = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "From this hour on planned shifts count too; null on other days."},
    )
    grids = fields.List(fields.Nested(DutyCoverageLineSchema), required=True)
