"""Plan templates on the wire."""

from typing import Any

from marshmallow import fields, post_load, validate

from api.followups.rules.steps import MOST_STEPS
from api.followups.types import ANY, DayRule, Mode, Step, StepUnit
from api.http.schemas import RequestSchema, ResponseSchema

_WORD = validate.Regexp(r"([a-z][a-z0-9_]{0,39}|\*)\Z")
_TITLE = validate.And(validate.Length(1, 80), validate.Regexp(r"[^\x00-\x1f\x7f]+\Z"))
_COUNT = validate.Range(0, 10_000)


class VisitStepSchema(RequestSchema):
    """One visit of a plan; which steps make a plan is said by `bad_steps`."""

    offset = fields.Integer(
        required=True, strict=True, validate=_COUNT, metadata={"description": "Days or hours after the settlement."}
    )
    unit = fields.Enum(StepUnit, by_value=True, load_default=StepUnit.DAY)
    days = fields.Enum(DayRule, by_value=True, load_default=DayRule.NEXT_WORKING)
    mode = fields.Enum(Mode, by_value=True, required=True)
    role = fields.String(load_default="owner", validate=validate.Regexp(r"[a-z][a-z0-9_]{0,39}\Z"))
    before = fields.Integer(load_default=0, strict=True, validate=_COUNT)
    after = fields.Integer(load_default=0, strict=True, validate=_COUNT)
    climbs = fields.List(
        fields.Integer(strict=True, validate=_COUNT),
        load_default=(1, 2, 4),
        validate=validate.Length(equal=3),
        metadata={"description": "How long after falling overdue lead, supervisors and chief are told."},
    )
    remind = fields.Integer(load_default=1, strict=True, validate=_COUNT)

    @post_load
    def _step(self, data: dict[str, Any], **_: Any) -> Step:
        return Step(**{**data, "climbs": tuple(data["climbs"])})


class VisitNewTemplateSchema(RequestSchema):
    """The next version of the station's plan for a kind of subject and a colour."""

    subject_kind = fields.String(required=True, validate=_WORD)
    colour = fields.String(load_default=ANY, validate=_WORD)
    zh = fields.String(required=True, validate=_TITLE)
    en = fields.String(required=True, validate=_TITLE)
    steps = fields.List(fields.Nested(VisitStepSchema), required=True, validate=validate.Length(1, MOST_STEPS))
    replaces = fields.Integer(
        load_default=0,
        strict=True,
        validate=validate.Range(min=0),
        metadata={"description": "The version of the station's own that was edited; 0 for its first."},
    )


class VisitStepViewSchema(ResponseSchema):
    """One visit of a plan."""

    offset = fields.Integer(required=True)
    unit = fields.String(required=True, metadata={"x-vocabulary": "visit_step_unit"})
    days = fields.String(required=True, metadata={"x-vocabulary": "visit_day_rule"})
    mode = fields.String(required=True, metadata={"x-vocabulary": "visit_mode"})
    role = fields.String(required=True)
    before = fields.Integer(required=True)
    after = fields.Integer(required=True)
    climbs = fields.List(fields.Integer(), required=True)
    remind = fields.Integer(required=True)


class VisitTemplateSchema(ResponseSchema):
    """One version of a plan; without a station it is common to all."""

    id = fields.UUID(required=True)
    station_id = fields.UUID(required=True, allow_none=True)
    subject_kind = fields.String(required=True)
    colour = fields.String(required=True)
    version = fields.Integer(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    steps = fields.List(fields.Nested(VisitStepViewSchema), required=True)


class VisitTemplateListSchema(ResponseSchema):
    """All at once; there are few."""

    items = fields.List(fields.Nested(VisitTemplateSchema), required=True)


class VersionsQuery(RequestSchema):
    """Whose versions."""

    subject_kind = fields.String(required=True, validate=_WORD)
    colour = fields.String(load_default=ANY, validate=_WORD)
