"""Visits on the wire."""

from marshmallow import ValidationError, fields, validate, validates_schema

from api.followups.schemas.contacts import VisitShownContactSchema
from api.followups.types import DECIDED, OwnerKind, Scope
from api.http.schemas import PageQuery, RequestSchema, ResponseSchema, page_of


class VisitQuery(PageQuery):
    """Which of one's visits."""

    scope = fields.Enum(Scope, by_value=True, load_default=Scope.MINE)
    days = fields.Integer(
        load_default=0,
        validate=validate.Range(0, 366),
        metadata={"description": "How many days ahead; 0 is today's list. Overdue visits are always in it."},
    )


class OverdueQuery(PageQuery):
    """Which of the station's overdue visits."""

    unowned = fields.Boolean(load_default=False, metadata={"description": "Only those assigned to nobody."})
    level = fields.Integer(
        load_default=0,
        validate=validate.Range(0, 3),
        metadata={"description": "Only those that climbed at least this far: 1 lead, 2 supervisors, 3 chief."},
    )


class VisitOwnerSchema(ResponseSchema):
    """Who a visit is assigned to; all null when nobody is."""

    kind = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "person, grid or team", "x-vocabulary": "visit_owner_kind"},
    )
    id = fields.UUID(required=True, allow_none=True)
    lead_id = fields.UUID(required=True, allow_none=True)


class VisitSchema(ResponseSchema):
    """One visit. Due from `due_at`, overdue from `overdue_at`."""

    id = fields.UUID(required=True)
    plan_id = fields.UUID(required=True)
    subject_kind = fields.String(required=True)
    subject_id = fields.UUID(required=True)
    label = fields.String(required=True, metadata={"description": "The subject's public reference."})
    colour = fields.String(required=True)
    round = fields.Integer(required=True, metadata={"description": "How often the plan has begun, from 1."})
    number = fields.Integer(required=True)
    mode = fields.String(
        required=True, metadata={"description": "telephone, visit or joint_visit", "x-vocabulary": "visit_mode"}
    )
    role = fields.String(required=True, metadata={"description": "Who should make it, as the template says."})
    state = fields.String(
        required=True,
        metadata={"description": "planned, due, overdue, done, missed or waived", "x-vocabulary": "visit_state"},
    )
    target_on = fields.Date(required=True)
    due_at = fields.AwareDateTime(required=True)
    overdue_at = fields.AwareDateTime(required=True)
    provisional = fields.Boolean(
        required=True, metadata={"description": "The year's working days are not published yet."}
    )
    level = fields.Integer(required=True, metadata={"description": "Rungs climbed while overdue, 0 to 3."})
    owner = fields.Nested(VisitOwnerSchema, required=True)
    done_at = fields.AwareDateTime(required=True, allow_none=True)
    outcome = fields.String(required=True, allow_none=True, metadata={"x-vocabulary": "visit_outcome"})
    waive_reason = fields.String(required=True, allow_none=True, metadata={"x-vocabulary": "visit_waive_reason"})


class VisitFileSchema(ResponseSchema):
    """A visit and every report of it."""

    visit = fields.Nested(VisitSchema, required=True)
    contacts = fields.List(fields.Nested(VisitShownContactSchema), required=True)


class VisitWaiverSchema(RequestSchema):
    """That a visit needs not be made, and why."""

    reason = fields.String(
        required=True, validate=validate.OneOf(sorted(DECIDED)), metadata={"x-vocabulary": "visit_waive_reason"}
    )
    note = fields.String(load_default=None, allow_none=True, validate=validate.Length(1, 2_000))


class VisitAssignmentSchema(RequestSchema):
    """Who the visit goes to; both null: nobody."""

    kind = fields.Enum(OwnerKind, by_value=True, required=True, allow_none=True)
    id = fields.UUID(required=True, allow_none=True)

    @validates_schema
    def _both_or_neither(self, data: dict[str, object], **_: object) -> None:
        if (data.get("kind") is None) != (data.get("id") is None):
            raise ValidationError("kind 与 id 须同时填写或同时为空。 | Give both kind and id, or neither.")


VisitPageSchema = page_of(VisitSchema)
