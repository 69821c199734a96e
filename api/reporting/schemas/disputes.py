"""Dispute reports on the wire."""

from marshmallow import fields

from api.http.schemas import ResponseSchema
from api.reporting.schemas.periods import PeriodQuery
from api.reporting.types import Grouping


class DisputeReportQuery(PeriodQuery):
    """Which days, and what the lines are."""

    by = fields.Enum(Grouping, by_value=True, load_default=Grouping.CATEGORY)


class SpreadSchema(ResponseSchema):
    """How long a step took, in seconds; null while nothing took it."""

    count = fields.Integer(required=True)
    median_s = fields.Float(required=True, allow_none=True)
    p90_s = fields.Float(required=True, allow_none=True)


class DisputeCaseLineSchema(ResponseSchema):
    """The cases of one group; `open` to `dropped` add up to `reported`."""

    key = fields.String(required=True, allow_none=True)
    label = fields.String(required=True, allow_none=True)
    reported = fields.Integer(required=True)
    open = fields.Integer(required=True)
    settled = fields.Integer(required=True)
    closed = fields.Integer(required=True)
    failed = fields.Integer(required=True)
    elsewhere = fields.Integer(required=True, metadata={"description": "Handed over to somebody else."})
    dropped = fields.Integer(required=True, metadata={"description": "Refused, merged or withdrawn."})
    relapsed = fields.Integer(required=True, metadata={"description": "Mediated more than once."})
    overdue = fields.Integer(required=True, metadata={"description": "The next step is late now."})
    repeat = fields.Integer(required=True, metadata={"description": "A party had a case within the year before."})
    accepting = fields.Nested(SpreadSchema, required=True)
    settling = fields.Nested(SpreadSchema, required=True)
    closing = fields.Nested(SpreadSchema, required=True)


class DisputeVisitLineSchema(ResponseSchema):
    """The visits of one group; `done` to `waived` add up to `visits`."""

    key = fields.String(required=True, allow_none=True)
    label = fields.String(required=True, allow_none=True)
    visits = fields.Integer(required=True)
    done = fields.Integer(required=True)
    open = fields.Integer(required=True)
    overdue = fields.Integer(required=True)
    missed = fields.Integer(required=True)
    waived = fields.Integer(required=True)
    doubtful = fields.Integer(required=True, metadata={"description": "Done, with doubtful evidence."})
    completion = fields.Float(required=True, allow_none=True)


class DisputeMediatorSchema(ResponseSchema):
    """One person's disputes: in hand now, and brought to an end in the period."""

    person_id = fields.UUID(required=True)
    name = fields.String(required=True)
    leading = fields.Integer(required=True)
    in_teams = fields.Integer(required=True)
    settled = fields.Integer(required=True)
    closed = fields.Integer(required=True)
    visits_open = fields.Integer(required=True)
    visits_overdue = fields.Integer(required=True)


class DisputeReportSchema(ResponseSchema):
    """Disputes and their visits in numbers."""

    by = fields.Enum(Grouping, by_value=True, required=True)
    cases = fields.List(fields.Nested(DisputeCaseLineSchema), required=True)
    all_cases = fields.Nested(DisputeCaseLineSchema, required=True)
    visits = fields.List(fields.Nested(DisputeVisitLineSchema), required=True)
    all_visits = fields.Nested(DisputeVisitLineSchema, required=True)
    mediators = fields.List(fields.Nested(DisputeMediatorSchema), required=True)
