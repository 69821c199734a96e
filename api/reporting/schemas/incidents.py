"""Incident reports on the wire."""

from marshmallow import fields

from api.http.schemas import ResponseSchema
from api.reporting.schemas.disputes import SpreadSchema
from api.reporting.schemas.periods import PeriodQuery
from api.reporting.types import IncidentGrouping


class IncidentReportQuery(PeriodQuery):
    """Which days, what the lines are, and whether drills are counted instead of the real thing."""

    by = fields.Enum(IncidentGrouping, by_value=True, load_default=IncidentGrouping.KIND)
    drills = fields.Boolean(load_default=False)


class IncidentReportLineSchema(ResponseSchema):
    """The incidents of one group; `open`, `closed` and `cancelled` add up to `reported`."""

    key = fields.String(required=True, allow_none=True)
    label = fields.String(required=True, allow_none=True)
    reported = fields.Integer(required=True)
    open = fields.Integer(required=True)
    closed = fields.Integer(required=True)
    cancelled = fields.Integer(required=True)
    unfilled = fields.Integer(required=True, metadata={"description": "People were asked and nobody said yes."})
    asked = fields.Integer(required=True)
    accepted = fields.Integer(required=True)
    arrived = fields.Integer(required=True)
    to_ask = fields.Nested(
        SpreadSchema, required=True, metadata={"description": "From the report to the first person asked."}
    )
    to_accept = fields.Nested(SpreadSchema, required=True, metadata={"description": "From there to the first yes."})
    to_arrive = fields.Nested(SpreadSchema, required=True, metadata={"description": "And to the first arrival."})
    to_close = fields.Nested(SpreadSchema, required=True, metadata={"description": "From the report to the end."})


class IncidentReportSchema(ResponseSchema):
    """Incidents in numbers."""

    by = fields.Enum(IncidentGrouping, by_value=True, required=True)
    lines = fields.List(fields.Nested(IncidentReportLineSchema), required=True)
    total = fields.Nested(IncidentReportLineSchema, required=True)
