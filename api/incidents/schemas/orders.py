"""What the desk sends."""

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from api.grids.schemas.units import AreaField
from api.http.schemas import PageQuery, PlaceField, RequestSchema
from api.incidents.types import (
    CallBackOutcome,
    CancelReason,
    Category,
    Colour,
    Decision,
    IncidentKind,
    IncidentState,
    LinkKind,
    NearbyQuery,
    NeedOrder,
    NewIncident,
    Requester,
    Source,
)
from api.kernel.geo import Datum, to_wgs84

_CODE = validate.Regexp(r"[a-z][a-z0-9_]{1,39}\Z")
# Beyond this it is no call for help any more but a notice, which above its limit takes a second person's word.
MOST_WANTED = 100


def enum_field(words: type, **kwargs: Any) -> fields.Enum:
    """A field that takes one of the vocabulary's words."""
    return fields.Enum(words, by_value=True, **kwargs)


def text_field(longest: int, **kwargs: Any) -> fields.String:
    """A text of 1 to `longest` characters."""
    return fields.String(validate=validate.Length(1, longest), **kwargs)


class NeedSchema(RequestSchema):
    """So many people of one force (any, if none is named) who have all the skills."""

    wanted = fields.Integer(required=True, strict=True, validate=validate.Range(1, 100))
    force = fields.String(load_default=None, allow_none=True, validate=_CODE)
    skills = fields.List(fields.String(validate=_CODE), load_default=list, validate=validate.Length(max=10))

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> NeedOrder:
        """The value the service takes."""
        return NeedOrder(data["wanted"], data["force"], frozenset(data["skills"]))


def needs_field() -> fields.List:
    """Up to ten needs, of MOST_WANTED people together."""
    return fields.List(
        fields.Nested(NeedSchema), load_default=list, validate=[validate.Length(max=10), _check_together]
    )


def _check_together(needs: list[NeedOrder]) -> None:
    if sum(need.wanted for need in needs) > MOST_WANTED:
        raise ValidationError(
            f"一次派单最多 {MOST_WANTED} 人，更多请发通知。"
            f" | One dispatch asks at most {MOST_WANTED} people; a notice tells more."
        )


class RequesterSchema(RequestSchema):
    """Who asked for help; both are optional, and sealed."""

    name = text_field(50, load_default=None, allow_none=True)
    phone = text_field(32, load_default=None, allow_none=True)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Requester:
        """The value the service takes."""
        return Requester(**data)


class ReportSchema(RequestSchema):
    """A new incident."""

    kind = enum_field(IncidentKind, required=True)
    category = enum_field(Category, required=True)
    colour = enum_field(Colour, required=True)
    source = enum_field(Source, required=True)
    place = PlaceField(required=True)
    description = text_field(2000, required=True)
    address = text_field(200, load_default=None, allow_none=True)
    requester = fields.Nested(RequesterSchema, load_default=Requester)
    needs = needs_field()
    duplicate_checked = fields.Boolean(
        load_default=False, metadata={"description": "The incidents nearby were looked at; this is another one."}
    )
    drill = fields.Boolean(load_default=False, metadata={"description": "An exercise; every message says so."})

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> NewIncident:
        """The value the service takes."""
        place, datum = data.pop("place")
        return NewIncident(**{**data, "place": place, "datum": datum, "needs": tuple(data["needs"])})


class IncidentEditSchema(RequestSchema):
    """What an edit changes; fields left out stay."""

    kind = enum_field(IncidentKind)
    category = enum_field(Category)
    colour = enum_field(Colour)
    place = PlaceField()
    description = text_field(2000)
    address = text_field(200, allow_none=True)
    requester = fields.Nested(RequesterSchema)

    @validates_schema
    def check_something(self, data: dict[str, Any], **_: Any) -> None:
        """An edit of nothing is a mistake of the caller's."""
        if not data:
            raise ValidationError("至少修改一项。 | Change at least one field.")


class NearbyQuerySchema(RequestSchema):
    """Where to look for the same incident."""

    lat = fields.Float(required=True, validate=validate.Range(-90, 90))
    lon = fields.Float(required=True, validate=validate.Range(-180, 180))
    datum = enum_field(Datum, required=True)
    kind = enum_field(IncidentKind, required=True)
    radius_m = fields.Float(load_default=300.0, validate=validate.Range(10, 5000))

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> NearbyQuery:
        """The value the query takes."""
        return NearbyQuery(to_wgs84(data["lat"], data["lon"], data["datum"]), data["kind"], data["radius_m"])


class IncidentListQuery(PageQuery):
    """Filters of the list; all optional."""

    state = fields.List(enum_field(IncidentState), load_default=list)
    colour = enum_field(Colour, load_default=None)
    kind = enum_field(IncidentKind, load_default=None)
    drill = fields.Boolean(load_default=None, metadata={"description": "Only drills, or none; left out: both."})


class DispatchOrderSchema(RequestSchema):
    """One click. Without needs, those named in the report."""

    needs = needs_field()
    radius_m = fields.Float(
        load_default=None,
        allow_none=True,
        validate=validate.Range(100, 50_000),
        metadata={"description": "How far to look at first; it grows by the policy when too few are near."},
    )
    # A schema's own attribute is named `exclude`.
    excluded = fields.List(
        fields.UUID(),
        data_key="exclude",
        load_default=list,
        validate=validate.Length(max=200),
        metadata={"description": "Ids of members not to ask in this dispatch, now or later."},
    )
    area = AreaField(
        load_default=None, allow_none=True, metadata={"description": "Ask only inside this outline, not in a circle."}
    )
    unit_ids = fields.List(
        fields.UUID(),
        load_default=list,
        validate=validate.Length(max=200),
        metadata={"description": "Ask only inside these units: grids, a community, a village."},
    )
    drill = fields.Boolean(load_default=False, metadata={"description": "Nothing has happened; everybody is told."})
    seen_dispatches = fields.Integer(
        load_default=None,
        allow_none=True,
        strict=True,
        validate=validate.Range(0, 10_000),
        metadata={
            "description": "How many dispatches of the incident the caller knows of. 409 `dispatched_meanwhile` when"
            " there are others, so that two desks do not send twice."
        },
    )

    @validates_schema
    def check_one_ground(self, data: dict[str, Any], **_: Any) -> None:
        """A circle, an outline and units would each say something else."""
        if sum((data["radius_m"] is not None, data["area"] is not None, bool(data["unit_ids"]))) > 1:
            raise ValidationError("半径、手绘范围和单元只能选一种。 | Give a radius, an outline or units, not several.")


class ReviewSchema(RequestSchema):
    """A reviewer's decision; a return needs a note."""

    decision = enum_field(Decision, required=True)
    note = text_field(1000, load_default=None, allow_none=True)
    returned = fields.List(
        fields.UUID(),
        load_default=list,
        validate=validate.Length(max=200),
        metadata={"description": "Ids of the feedbacks that go back; none: all of them."},
    )

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Ids once each."""
        return {**data, "returned": frozenset(data["returned"])}


class CallBackSchema(RequestSchema):
    """One attempt to tell the requester."""

    outcome = enum_field(CallBackOutcome, required=True)
    rating = fields.Integer(load_default=None, allow_none=True, strict=True, validate=validate.Range(1, 5))
    note = text_field(1000, load_default=None, allow_none=True)


class CancelSchema(RequestSchema):
    """Why the incident is called off."""

    reason = enum_field(CancelReason, required=True)
    note = text_field(1000, load_default=None, allow_none=True)


class IncidentLinkSchema(RequestSchema):
    """A later call about the incident, or another incident of the same event."""

    kind = enum_field(LinkKind, required=True)
    other_id = fields.UUID(load_default=None, allow_none=True)
    note = text_field(1000, load_default=None, allow_none=True)


class TimelineQuery(PageQuery):
    """A page of the timeline, oldest first."""
