"""Reachability and answers on the wire."""

from marshmallow import fields, validate

from api.http.schemas import PageQuery, RequestSchema, ResponseSchema, page_of
from api.reporting.schemas.disputes import SpreadSchema
from api.reporting.schemas.periods import PeriodQuery
from api.reporting.types import Standing

_FORCE = validate.Regexp(r"[a-z][a-z0-9_]{1,39}\Z")


class ReachFilterQuery(RequestSchema):
    """Which members."""

    standing = fields.Enum(Standing, by_value=True, load_default=None)
    grid_id = fields.UUID(load_default=None)
    force = fields.String(load_default=None, validate=_FORCE)


class ReachPageQuery(PageQuery, ReachFilterQuery):
    """Which members, a page at a time."""


class ReachLineSchema(ResponseSchema):
    """One member; `standing` is the best of the channels'."""

    member_id = fields.UUID(required=True)
    name = fields.String(required=True)
    force = fields.String(required=True)
    grid_code = fields.String(required=True, allow_none=True)
    standing = fields.String(required=True, metadata={"x-vocabulary": "reach_standing"})
    push = fields.String(required=True, metadata={"x-vocabulary": "reach_standing"})
    push_proved_at = fields.AwareDateTime(required=True, allow_none=True)
    push_failure = fields.String(required=True, allow_none=True)
    sms = fields.String(required=True, metadata={"x-vocabulary": "reach_standing"})
    sms_proved_at = fields.AwareDateTime(required=True, allow_none=True)
    sms_failure = fields.String(required=True, allow_none=True)
    phones = fields.Integer(required=True)


class ReachCountSchema(ResponseSchema):
    """The members of one grid by standing; `share` is that of those proved."""

    grid_id = fields.UUID(required=True, allow_none=True)
    grid_code = fields.String(required=True, allow_none=True)
    grid_name = fields.String(required=True, allow_none=True)
    members = fields.Integer(required=True)
    proved = fields.Integer(required=True)
    lost = fields.Integer(required=True)
    never = fields.Integer(required=True)
    untested = fields.Integer(required=True)
    share = fields.Float(required=True, allow_none=True)


class ReachReportSchema(ResponseSchema):
    """Every grid, and all of them together."""

    grids = fields.List(fields.Nested(ReachCountSchema), required=True)
    total = fields.Nested(ReachCountSchema, required=True)


class ResponseFilterQuery(PeriodQuery):
    """Whose answers in which days. `drills`: of exercises only; they never count among the real ones."""

    force = fields.String(load_default=None, validate=_FORCE)
    grid_id = fields.UUID(load_default=None)
    drills = fields.Boolean(load_default=False)


class ResponseSheetQuery(ResponseFilterQuery):
    """As a sheet. `silent`: only those who were asked and never answered."""

    silent = fields.Boolean(load_default=False)


class ResponsePageQuery(PageQuery, ResponseSheetQuery):
    """As a page."""


class ResponseLineSchema(ResponseSchema):
    """How often one member was asked and what came of it."""

    member_id = fields.UUID(required=True)
    name = fields.String(required=True)
    force = fields.String(required=True, allow_none=True)
    grid_code = fields.String(required=True, allow_none=True)
    asked = fields.Integer(required=True)
    accepted = fields.Integer(required=True)
    declined = fields.Integer(required=True)
    silent = fields.Integer(required=True)
    arrived = fields.Integer(required=True)
    last_asked_at = fields.AwareDateTime(required=True)
    last_answered_at = fields.AwareDateTime(required=True, allow_none=True)


class CurvePointSchema(ResponseSchema):
    """The share of those asked who had accepted within so many seconds."""

    within_s = fields.Integer(required=True)
    share = fields.Float(required=True)


class ResponseCurveSchema(ResponseSchema):
    """From asking to accepting, from accepting to leaving, from asking to arriving."""

    asked = fields.Integer(required=True)
    accepted = fields.Integer(required=True)
    declined = fields.Integer(required=True)
    silent = fields.Integer(required=True)
    to_accept = fields.Nested(SpreadSchema, required=True)
    to_leave = fields.Nested(SpreadSchema, required=True)
    to_arrive = fields.Nested(SpreadSchema, required=True)
    curve = fields.List(fields.Nested(CurvePointSchema), required=True)


ReachLinePageSchema = page_of(ReachLineSchema)
ResponseLinePageSchema = page_of(ResponseLineSchema)
