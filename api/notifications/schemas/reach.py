"""Quiet hours and the station's word on them, on the wire."""

from datetime import time
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from api.http.schemas import RequestSchema, ResponseSchema
from api.notifications.types import QuietHours, ReachPolicy

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _check_zone(name: str) -> None:
    if name not in _zones():
        raise ValidationError("没有这个时区。 | There is no such time zone.")


def _check_minute(clock: time) -> None:
    if clock.second or clock.microsecond or clock.tzinfo is not None:
        raise ValidationError("请填写整分钟的时间。 | Whole minutes, without a zone of their own.")


def _check_sms_days(days: int) -> None:
    if days and not 30 <= days <= 365:
        raise ValidationError("请填写 0，或 30 至 365 天。 | 0, or 30 to 365 days.")


class QuietHoursSchema(RequestSchema):
    """From `starts` to `ends` by the clock of `zone`, over midnight when it ends earlier than it starts."""

    starts = fields.Time(required=True, format="%H:%M", validate=_check_minute)
    ends = fields.Time(required=True, format="%H:%M", validate=_check_minute)
    zone = fields.String(load_default="Asia/Shanghai", validate=validate.And(validate.Length(max=60), _check_zone))
    days = fields.List(
        fields.String(validate=validate.OneOf(_DAYS)),
        load_default=list(_DAYS),
        validate=validate.Length(1, 7),
        metadata={"description": "The days on which they begin."},
    )

    @validates_schema
    def _check_span(self, data: dict[str, Any], **_: Any) -> None:
        if data["starts"] == data["ends"]:
            raise ValidationError("开始与结束时间不能相同。 | They cannot end when they begin.", "ends")

    @post_load
    def _hours(self, data: dict[str, Any], **_: Any) -> QuietHours:
        days = sum(1 << _DAYS.index(day) for day in set(data["days"]))
        return QuietHours(data["starts"], data["ends"], data["zone"], days)


class QuietChoiceSchema(RequestSchema):
    """One's own quiet hours; null: none at all."""

    quiet = fields.Nested(QuietHoursSchema, required=True, allow_none=True)


class QuietHoursViewSchema(ResponseSchema):
    """Quiet hours; `days` are those on which they begin."""

    starts = fields.Time(required=True, format="%H:%M")
    ends = fields.Time(required=True, format="%H:%M")
    zone = fields.String(required=True)
    days = fields.Function(lambda hours: [day for n, day in enumerate(_DAYS) if hours.days >> n & 1])


class OwnQuietSchema(ResponseSchema):
    """One's quiet hours as they count now; `own`: chosen by oneself. `until`: quiet just now."""

    quiet = fields.Nested(QuietHoursViewSchema, required=True, allow_none=True)
    own = fields.Boolean(required=True)
    until = fields.AwareDateTime(required=True, allow_none=True)


class ReachPolicyOrderSchema(RequestSchema):
    """The station's word on disturbing people; `version` is the one that was seen, 0 for none yet."""

    quiet = fields.Nested(QuietHoursSchema, required=True, allow_none=True)
    bundle_gap_s = fields.Integer(load_default=900, strict=True, validate=validate.Range(0, 86_400))
    push_test_days = fields.Integer(load_default=7, strict=True, validate=validate.Range(0, 90))
    sms_test_days = fields.Integer(
        load_default=0,
        strict=True,
        validate=_check_sms_days,
        metadata={"description": "0: texts are not tested. They cost money, so at most once in thirty days."},
    )
    version = fields.Integer(required=True, strict=True, validate=validate.Range(min=0))

    @post_load
    def _policy(self, data: dict[str, Any], **_: Any) -> ReachPolicy:
        return ReachPolicy(**data)


class ReachPolicySchema(ResponseSchema):
    """The station's word on disturbing people; version 0 is what counts where it has said nothing."""

    quiet = fields.Nested(QuietHoursViewSchema, required=True, allow_none=True)
    bundle_gap_s = fields.Integer(required=True)
    push_test_days = fields.Integer(required=True)
    sms_test_days = fields.Integer(required=True)
    version = fields.Integer(required=True)
