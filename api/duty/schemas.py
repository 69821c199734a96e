"""Shapes of duty's requests and answers."""

from datetime import UTC
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate

from api.duty.rules.batches import MAX_ACCURACY_M, MAX_FIXES, MAX_SPEED_MPS, read_batch
from api.duty.types import Box, Fix, FixBatch, TrailReason, Verdict
from api.grids.types import STATION_ZONE
from api.http.schemas import PageQuery, PointSchema, RequestSchema, ResponseSchema, page_of
from api.kernel.geo import Datum, OutOfRange, to_wgs84


class Moment(fields.AwareDateTime):
    """A time with its offset, as UTC."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        try:
            return super()._deserialize(value, attr, data, **kwargs).astimezone(UTC)
        except OverflowError:
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE) from None


class LocalMoment(fields.AwareDateTime):
    """A time as the station's wall clock shows it, with its offset (`2026-03-01T22:00:00+08:00`)."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return super()._serialize(value and value.astimezone(STATION_ZONE), attr, obj, **kwargs)


class GoOnDutySchema(RequestSchema):
    """Going on duty."""

    until = Moment(
        load_default=None,
        metadata={"description": "When duty ends by itself; default: the end of the present shift, else in 12 hours."},
    )


class DutyStateSchema(ResponseSchema):
    """One's own duty."""

    member_id = fields.UUID(required=True)
    on_duty = fields.Boolean(required=True)
    since = fields.AwareDateTime(required=True, allow_none=True)
    until = fields.AwareDateTime(required=True, allow_none=True)
    engaged_with = fields.UUID(required=True, allow_none=True, metadata={"description": "An incident's id."})
    fix_at = fields.AwareDateTime(required=True, allow_none=True)


class PositionFixSchema(RequestSchema):
    """One position as the phone measured it."""

    lat = fields.Float(required=True, validate=validate.Range(-90, 90))
    lon = fields.Float(required=True, validate=validate.Range(-180, 180))
    accuracy_m = fields.Float(required=True, validate=validate.Range(0, MAX_ACCURACY_M))
    captured_at = Moment(required=True)
    speed_mps = fields.Float(load_default=None, allow_none=True, validate=validate.Range(0, MAX_SPEED_MPS))
    heading = fields.Float(load_default=None, allow_none=True, validate=validate.Range(0, 360))


class PositionsSchema(RequestSchema):
    """A batch of fixes. One bad item refuses the whole batch, so that nothing of it is half-written."""

    datum = fields.Enum(Datum, by_value=True, required=True, metadata={"description": "Of every fix; never guessed."})
    fixes = fields.List(fields.Nested(PositionFixSchema), required=True, validate=validate.Length(1, MAX_FIXES))

    def load(self, data: Any, **kwargs: Any) -> Any:
        """The batch; one that is plainly right is not taken apart field by field."""
        return read_batch(data) or super().load(data, **kwargs)

    @post_load
    def _convert(self, data: dict[str, Any], **_: Any) -> FixBatch:
        return FixBatch(data["datum"], tuple(_fix(item, data["datum"]) for item in data["fixes"]))


def _fix(item: dict[str, Any], datum: Datum) -> Fix:
    point = to_wgs84(item["lat"], item["lon"], datum)
    return Fix(point, item["accuracy_m"], item["captured_at"], item["speed_mps"], item["heading"])


class ReasonSchema(ResponseSchema):
    """A sentence in both languages."""

    zh = fields.String(required=True)
    en = fields.String(required=True)


class FixAnswerSchema(ResponseSchema):
    """What became of one fix."""

    index = fields.Integer(required=True)
    verdict = fields.Enum(Verdict, by_value=True, required=True)
    reason = fields.Nested(ReasonSchema, metadata={"description": "Absent when the fix was used."})


class PositionsAnswerSchema(ResponseSchema):
    """One answer per fix, in the order sent."""

    items = fields.List(fields.Nested(FixAnswerSchema), required=True)


class LiveQuery(PageQuery):
    """Which part of the board."""

    limit = fields.Integer(load_default=200, validate=validate.Range(1, 500))
    bbox = fields.String(metadata={"description": "west,south,east,north in degrees of `datum`."})
    datum = fields.Enum(Datum, by_value=True, load_default=None, metadata={"description": "Required with bbox."})

    @post_load
    def _corners(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        text = data.pop("bbox", None)
        datum = data.pop("datum")
        return {**data, "box": None if text is None else _box(text, datum)}


def _box(text: str, datum: Datum | None) -> Box:
    try:
        west, south, east, north = (float(part) for part in text.split(","))
        if datum is None or not (west < east and south < north):
            raise ValueError
        return Box(to_wgs84(south, west, datum), to_wgs84(north, east, datum))
    except (ValueError, OutOfRange):
        message = "bbox 应为 西,南,东,北，并注明 datum | bbox must be west,south,east,north together with a datum"
        raise ValidationError(message, "bbox") from None


class LiveMemberSchema(ResponseSchema):
    """A member on duty. The position is rounded to about 100 m unless they are on a task."""

    member_id = fields.UUID(required=True)
    force = fields.String(required=True)
    skills = fields.List(fields.String(), required=True)
    since = fields.AwareDateTime(required=True)
    until = fields.AwareDateTime(required=True, allow_none=True)
    position = fields.Nested(PointSchema, required=True, allow_none=True)
    fix_at = fields.AwareDateTime(required=True, allow_none=True)
    engaged_with = fields.UUID(required=True, allow_none=True)


LivePageSchema = page_of(LiveMemberSchema)


class DutyBoardQuery(RequestSchema):
    """Whom to show; nothing given: everybody on duty."""

    member_ids = fields.List(fields.UUID(), load_default=list, data_key="member_id", validate=validate.Length(max=200))
    seen_after = Moment(load_default=None, metadata={"description": "Only who was heard of since; an earlier `now`."})


class DutyBoardSchema(ResponseSchema):
    """Everybody on duty: a list for each property, all in one order, since ten thousand objects would be megabytes."""

    now = fields.AwareDateTime(required=True)
    datum = fields.Constant("wgs84")
    members = fields.String(required=True, metadata={"description": "Their ids, 16 bytes each, in base64."})
    lat = fields.List(fields.Float(allow_none=True), required=True)
    lon = fields.List(fields.Float(allow_none=True), required=True)
    force = fields.List(fields.Integer(), required=True, metadata={"description": "Places in `forces`."})
    engaged = fields.List(
        fields.Integer(), required=True, metadata={"description": "Places in `incidents`; -1: on no task."}
    )
    age_s = fields.List(
        fields.Integer(allow_none=True), required=True, metadata={"description": "Seconds since they were last seen."}
    )
    forces = fields.List(fields.String(), required=True)
    incidents = fields.List(fields.UUID(), required=True)


class ReadyCountSchema(ResponseSchema):
    """Of one force: how many are on duty, on a task, and free with a position of the last ten minutes."""

    force = fields.String(required=True)
    on_duty = fields.Integer(required=True)
    engaged = fields.Integer(required=True)
    ready = fields.Integer(required=True)


class ReadyCountsSchema(ResponseSchema):
    """Who can go now, by force."""

    items = fields.List(fields.Nested(ReadyCountSchema), required=True)


class NewShiftSchema(RequestSchema):
    """A shift to be."""

    member_id = fields.UUID(required=True)
    starts_at = Moment(required=True)
    ends_at = Moment(required=True)


class ShiftTimesSchema(RequestSchema):
    """A shift's new times."""

    starts_at = Moment(required=True)
    ends_at = Moment(required=True)


class ShiftSchema(ResponseSchema):
    """A shift; times are the station's wall clock."""

    id = fields.UUID(required=True)
    member_id = fields.UUID(required=True)
    starts_at = LocalMoment(required=True)
    ends_at = LocalMoment(required=True)
    cancelled_at = LocalMoment(required=True, allow_none=True)
    version = fields.Integer(required=True)


ShiftPageSchema = page_of(ShiftSchema)


class ShiftQuery(PageQuery):
    """Which shifts: those that start in [from, to)."""

    since = Moment(data_key="from", required=True)
    before = Moment(data_key="to", required=True)
    member_id = fields.UUID(load_default=None)


class OwnShiftsSchema(ResponseSchema):
    """One's own shifts, the running one first."""

    items = fields.List(fields.Nested(ShiftSchema), required=True)


class TrailQuerySchema(PageQuery):
    """Which stretch of a trail, and why."""

    since = Moment(data_key="from", required=True)
    before = Moment(data_key="to", required=True)
    reason = fields.Enum(TrailReason, by_value=True, required=True, metadata={"description": "Kept in the audit."})
    incident_id = fields.UUID(load_default=None)
    limit = fields.Integer(load_default=500, validate=validate.Range(1, 1_000))


class TrailFixSchema(ResponseSchema):
    """One kept fix."""

    captured_at = fields.AwareDateTime(required=True)
    received_at = fields.AwareDateTime(required=True)
    position = fields.Nested(PointSchema, required=True, attribute="point")
    accuracy_m = fields.Float(required=True)
    verdict = fields.String(required=True, metadata={"x-vocabulary": "fix_verdict"})


TrailPageSchema = page_of(TrailFixSchema)
