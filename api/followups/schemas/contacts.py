"""Reports of contacts on the wire."""

from datetime import UTC, datetime
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate

from api.followups.types import Fix, Mode, Outcome
from api.http.schemas import PlaceSchema, RequestSchema, ResponseSchema
from api.kernel.geo import to_wgs84

_VISIBLE = validate.Regexp(r"[\x21-\x7e]{1,64}\Z")
_SHA256 = validate.Regexp(r"[0-9a-f]{64}\Z")
MOST_PHOTOS = 12
# A phone whose battery was out believes in 1970, and is heard all the same; beyond this it is no phone.
_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def a_phones_time(moment: datetime) -> None:
    """Refuse what no phone's clock shows."""
    if not _EARLIEST <= moment <= _LATEST:
        raise ValidationError("时间超出范围。 | The time is out of range.")


class VisitFixSchema(PlaceSchema):
    """Where the phone was, and how well it knew."""

    accuracy_m = fields.Float(required=True, validate=validate.Range(0, 100_000))

    @post_load
    def _fix(self, data: dict[str, Any], **_: Any) -> Fix:
        return Fix(to_wgs84(data["lat"], data["lon"], data["datum"]), data["datum"], data["accuracy_m"])


class SentAtSchema(RequestSchema):
    """The phone's clock at the moment of this very sending; a repeated request carries a new value.

    A header, since the body of a repeated request must stay the same.
    """

    sent_at = fields.AwareDateTime(data_key="Sent-At", load_default=None, validate=a_phones_time)


class VisitContactReportSchema(RequestSchema):
    """A contact that was made or tried."""

    client_ref = fields.String(
        required=True,
        validate=_VISIBLE,
        metadata={"description": "The phone's own name of this report; the same one again is the same report."},
    )
    mode = fields.Enum(Mode, by_value=True, required=True)
    outcome = fields.Enum(Outcome, by_value=True, required=True)
    captured_at = fields.AwareDateTime(required=True, validate=a_phones_time)
    fix = fields.Nested(VisitFixSchema, data_key="position", load_default=None, allow_none=True)
    photo_hashes = fields.List(
        fields.String(validate=_SHA256),
        load_default=(),
        validate=validate.Length(max=MOST_PHOTOS),
        metadata={"description": "SHA-256 of each photo taken, hexadecimal; also of those that are not uploaded."},
    )
    photos = fields.List(
        fields.UUID(),
        load_default=(),
        validate=validate.Length(max=MOST_PHOTOS),
        metadata={"description": "Ids of files the sender uploaded before; their digests count as photo_hashes."},
    )
    visited_by = fields.UUID(
        load_default=None, allow_none=True, metadata={"description": "Who made the contact, if not the sender."}
    )
    place_code = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(1, 64),
        metadata={"description": "The QR code found at the place."},
    )
    note = fields.String(load_default=None, allow_none=True, validate=validate.Length(1, 2_000))

    @post_load
    def _photos(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {**data, "photos": tuple(dict.fromkeys(data["photos"]))}


class VisitContactSchema(ResponseSchema):
    """A stored report. `marks` say how it was taken, `counted` whether it made the visit done."""

    id = fields.UUID(required=True)
    visit_id = fields.UUID(required=True)
    mode = fields.String(required=True, metadata={"x-vocabulary": "visit_mode"})
    outcome = fields.String(required=True, metadata={"x-vocabulary": "visit_outcome"})
    occurred_at = fields.AwareDateTime(required=True, metadata={"description": "By our clock."})
    received_at = fields.AwareDateTime(required=True)
    reported_by = fields.UUID(required=True)
    visited_by = fields.UUID(required=True)
    verdict = fields.String(
        required=True, metadata={"description": "plausible, doubtful or no_fix", "x-vocabulary": "visit_verdict"}
    )
    reasons = fields.List(fields.String(metadata={"x-vocabulary": "visit_reason"}), required=True)
    marks = fields.List(fields.String(metadata={"x-vocabulary": "visit_mark"}), required=True)
    counted = fields.Boolean(required=True)
    fallback = fields.String(
        required=True, allow_none=True, metadata={"description": "qr or supervisor", "x-vocabulary": "visit_fallback"}
    )
    confirmed_by = fields.UUID(required=True, allow_none=True)
    photo_hashes = fields.List(fields.String(), required=True)
    note = fields.String(required=True, allow_none=True)


class VisitPhotoSchema(ResponseSchema):
    """A photo of a contact; the links end after a quarter of an hour."""

    id = fields.UUID(required=True)
    media_type = fields.String(required=True)
    width = fields.Integer(required=True, allow_none=True)
    height = fields.Integer(required=True, allow_none=True)
    taken_at = fields.AwareDateTime(required=True, allow_none=True, metadata={"description": "As the camera wrote."})
    link = fields.String(required=True)
    thumbnail_link = fields.String(required=True, allow_none=True)


class VisitShownContactSchema(VisitContactSchema):
    """A stored report with its photos."""

    photos = fields.List(fields.Nested(VisitPhotoSchema), required=True)
