"""What the desk sends."""

from typing import Any

from marshmallow import fields, post_load, validate

from api.grids.schemas.units import AreaField
from api.http.schemas import PageQuery, RequestSchema
from api.identity.types import Role
from api.notices.types import Category, Decision, Draft, NoticePolicy, NoticeState, Severity, Target, Words

# No control characters but the line feed, so that what is shown is what was approved.
_LINE = validate.And(validate.Length(1, 40), validate.Regexp(r"[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*\Z"))
_TEXT = validate.And(
    validate.Length(1, 2_000), validate.Regexp(r"[^\x00-\x09\x0b-\x1f\x7f]*\S[^\x00-\x09\x0b-\x1f\x7f]*\Z")
)
_FORCE = validate.Regexp(r"[a-z][a-z0-9_]{1,39}\Z")


class NoticeWordsSchema(RequestSchema):
    """The text in one language."""

    title = fields.String(required=True, validate=_LINE)
    body = fields.String(required=True, validate=_TEXT)

    @post_load
    def _words(self, data: dict[str, Any], **_: Any) -> Words:
        return Words(**data)


class NoticeTargetSchema(RequestSchema):
    """Whom it means: the whole station, or units with all below them and a drawn area; then who of them."""

    whole_station = fields.Boolean(load_default=False)
    unit_ids = fields.List(fields.UUID(), load_default=list, validate=validate.Length(max=500))
    area = AreaField(load_default=None, allow_none=True)
    forces = fields.List(fields.String(validate=_FORCE), load_default=list, validate=validate.Length(max=50))
    roles = fields.List(fields.Enum(Role, by_value=True), load_default=list, validate=validate.Length(max=20))
    on_duty_only = fields.Boolean(load_default=False)

    @post_load
    def _target(self, data: dict[str, Any], **_: Any) -> Target:
        lists = {name: tuple(dict.fromkeys(data[name])) for name in ("unit_ids", "forces", "roles")}
        return Target(**{**data, **lists})


class NoticeDraftSchema(RequestSchema):
    """A notice to be. `open_text`: its words may stand on lock screens and in text messages."""

    category = fields.Enum(Category, by_value=True, required=True)
    severity = fields.Enum(Severity, by_value=True, required=True)
    zh = fields.Nested(NoticeWordsSchema, required=True)
    en = fields.Nested(NoticeWordsSchema, load_default=None, allow_none=True)
    open_text = fields.Boolean(load_default=False)
    target = fields.Nested(NoticeTargetSchema, required=True)
    expires_at = fields.AwareDateTime(required=True)

    @post_load
    def _draft(self, data: dict[str, Any], **_: Any) -> Draft:
        return Draft(**data)


class DecisionSchema(RequestSchema):
    """The second person's word."""

    decision = fields.Enum(Decision, by_value=True, required=True)


class StationNoticeQuery(PageQuery):
    """Which of the station's notices."""

    state = fields.Enum(NoticeState, by_value=True, load_default=None)


class NoticePolicyOrderSchema(RequestSchema):
    """The station's word on notices; `version` is the one that was seen, 0 for none yet."""

    approve_above = fields.Integer(required=True, strict=True, validate=validate.Range(1, 5_000))
    segment_milliyuan = fields.Integer(load_default=45, strict=True, validate=validate.Range(0, 10_000))
    version = fields.Integer(required=True, strict=True, validate=validate.Range(min=0))

    @post_load
    def _policy(self, data: dict[str, Any], **_: Any) -> NoticePolicy:
        return NoticePolicy(**data)
