"""Plans on the wire."""

from marshmallow import fields, validate

from api.followups.schemas.visits import VisitOwnerSchema, VisitSchema
from api.http.schemas import RequestSchema, ResponseSchema


class VisitPlanQuery(RequestSchema):
    """Whose plan."""

    subject_kind = fields.String(
        required=True, validate=validate.Regexp(r"[a-z][a-z_]{1,39}\Z"), metadata={"example": "dispute"}
    )
    subject_id = fields.UUID(required=True)


class VisitPlanSchema(ResponseSchema):
    """A subject's plan."""

    id = fields.UUID(required=True)
    subject_kind = fields.String(required=True)
    subject_id = fields.UUID(required=True)
    label = fields.String(required=True)
    state = fields.String(
        required=True, metadata={"description": "running or closed", "x-vocabulary": "visit_plan_state"}
    )
    colour = fields.String(required=True)
    round = fields.Integer(required=True)
    template_id = fields.UUID(required=True)
    settled_at = fields.AwareDateTime(required=True)
    owner = fields.Nested(VisitOwnerSchema, required=True)
    opened_at = fields.AwareDateTime(required=True)
    closed_at = fields.AwareDateTime(required=True, allow_none=True)


class VisitPlanChangeSchema(ResponseSchema):
    """A line of the plan's log."""

    at = fields.AwareDateTime(required=True)
    kind = fields.String(required=True, metadata={"x-vocabulary": "visit_plan_change"})
    colour_was = fields.String(required=True, allow_none=True)
    colour = fields.String(required=True, allow_none=True)
    why = fields.String(required=True, allow_none=True)
    made_by = fields.UUID(required=True, allow_none=True)


class VisitCompletionSchema(ResponseSchema):
    """What is left before the plan may be signed off, in its present round."""

    open = fields.Integer(required=True)
    missed = fields.Integer(required=True)
    unconfirmed = fields.Integer(required=True)
    complete = fields.Boolean(required=True)


class VisitPlanFileSchema(ResponseSchema):
    """A plan with its visits, its log and what is left to do."""

    plan = fields.Nested(VisitPlanSchema, required=True)
    visits = fields.List(fields.Nested(VisitSchema), required=True)
    changes = fields.List(fields.Nested(VisitPlanChangeSchema), required=True)
    completion = fields.Nested(VisitCompletionSchema, required=True)


class VisitPlaceCodeSchema(ResponseSchema):
    """The text to print as a QR code and hang at the place."""

    code = fields.String(required=True)
