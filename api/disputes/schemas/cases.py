"""Cases on the wire."""

from decimal import Decimal
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from api.disputes.schemas.parties import CODE, NewPartySchema, PartySchema, enum_field, text_field
from api.disputes.types import CaseQuery, CaseState, Colour, NewCase, RiskSign, Scale, Source, Spot
from api.http.schemas import PageQuery, PlaceField, PointSchema, RequestSchema, ResponseSchema, page_of

# A sum of money travels as text: a number would pass through binary fractions on its way.
YUAN = {"type": "string", "description": "Yuan: `1200.50`.", "example": "1200.50"}
_MOST = 999_999_999_999


def check_yuan(amount: Decimal) -> None:
    """Refuse a sum below nothing, or one no case is about."""
    if not 0 <= amount <= _MOST:
        raise ValidationError("金额须在零与一万亿之间。 | The sum lies between nothing and a million million.")


class CaseFields(RequestSchema):
    """What a case and its edit have in common."""

    title = text_field(100, allow_none=True)
    address = text_field(200, allow_none=True)
    place = PlaceField(allow_none=True)
    unit_id = fields.UUID(allow_none=True, metadata={"description": "Its grid, where the place is not known."})
    occurred_at = fields.AwareDateTime(allow_none=True)
    amount = fields.Decimal(places=2, allow_none=True, allow_nan=False, validate=check_yuan, metadata=YUAN)
    people_count = fields.Integer(strict=True, validate=validate.Range(1, 100_000))
    signs = fields.List(enum_field(RiskSign), validate=validate.Length(max=len(RiskSign)))
    repeat_calls = fields.Integer(
        strict=True, validate=validate.Range(0, 999), metadata={"description": "Further calls about the same matter."}
    )
    organisations = text_field(500, allow_none=True)
    deadline_on = fields.Date(allow_none=True)


def _built(data: dict[str, Any]) -> dict[str, Any]:
    if "place" in data:
        place = data.pop("place")
        data["spot"] = Spot(*place) if place else None
    if "signs" in data:
        data["signs"] = frozenset(data["signs"])
    return data


class NewCaseSchema(CaseFields):
    """A dispute as it is reported."""

    category = fields.String(required=True, validate=CODE)
    source = fields.String(load_default=Source.COUNTER.value, validate=CODE)
    scale = fields.String(load_default=Scale.INDIVIDUAL.value, validate=CODE)
    summary = text_field(2000, required=True)
    parties = fields.List(fields.Nested(NewPartySchema), load_default=list, validate=validate.Length(max=100))

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> NewCase:
        """The value the service takes."""
        return NewCase(**{**_built(data), "parties": tuple(data["parties"])})


class CaseEditSchema(CaseFields):
    """What an edit changes; fields left out stay."""

    category = fields.String(validate=CODE)
    source = fields.String(validate=CODE)
    scale = fields.String(validate=CODE)
    summary = text_field(2000)
    measures = text_field(2000, allow_none=True)

    @validates_schema
    def check_something(self, data: dict[str, Any], **_: Any) -> None:
        """An edit of nothing is a mistake of the caller's."""
        if not data:
            raise ValidationError("至少修改一项。 | Change at least one field.")

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """The changes the service takes."""
        return _built(data)


class CaseListQuery(PageQuery):
    """Filters of the list; all optional."""

    state = fields.List(enum_field(CaseState), load_default=list)
    colour = enum_field(Colour, load_default=None)
    category = fields.String(load_default=None, validate=CODE)
    unit_id = fields.UUID(load_default=None)
    overdue = fields.Boolean(load_default=False)
    mine = fields.Boolean(load_default=False, metadata={"description": "Only cases one works on."})


def case_query(query: dict[str, Any], *, person: Any, before: Any) -> CaseQuery:
    """The query a request stands for."""
    return CaseQuery(
        states=tuple(query["state"]),
        colour=query["colour"],
        category=query["category"],
        unit_id=query["unit_id"],
        overdue=query["overdue"],
        mine=person if query["mine"] else None,
        before=before,
        limit=query["limit"],
    )


class PartyMarkSchema(ResponseSchema):
    """A party in a list: recognisable, no more."""

    role = fields.String(required=True, metadata={"x-vocabulary": "party_role"})
    name = fields.String(required=True)


class DisputeRowSchema(ResponseSchema):
    """A dispute in a list."""

    id = fields.UUID(required=True)
    ref = fields.String(required=True, metadata={"description": "What is said on the telephone: `7K3-9QX2`."})
    state = fields.String(required=True, metadata={"x-vocabulary": "case_state"})
    colour = fields.String(required=True, metadata={"x-vocabulary": "dispute_colour"})
    score = fields.Integer(required=True)
    category = fields.String(required=True)
    scale = fields.String(required=True)
    source = fields.String(required=True)
    strict = fields.Boolean(required=True, metadata={"description": "A minor or violence at home: fewer may see it."})
    step_since = fields.AwareDateTime(required=True)
    due_at = fields.AwareDateTime(required=True, allow_none=True)
    overdue = fields.Boolean(required=True)
    level = fields.Integer(required=True, metadata={"description": "How high the overdue step has climbed, 0 to 3."})
    unit_id = fields.UUID(required=True, allow_none=True)
    unit_name = fields.String(required=True, allow_none=True)
    lead_id = fields.UUID(required=True, allow_none=True)
    reported_at = fields.AwareDateTime(required=True)
    settled_at = fields.AwareDateTime(required=True, allow_none=True)
    round = fields.Integer(required=True)
    version = fields.Integer(required=True)
    parties = fields.List(fields.Nested(PartyMarkSchema), required=True)


DisputePageSchema = page_of(DisputeRowSchema)


class ScoreReasonSchema(ResponseSchema):
    """A reason of a score."""

    reason = fields.String(required=True)
    weight = fields.Integer(required=True)
    evidence = fields.String(required=True)


class HistorySchema(ResponseSchema):
    """What is known of the same people and place. Counts are of all; `cases` are those one may know of."""

    pair_calls = fields.Integer(required=True, metadata={"description": "Of the same two, in the window, with this."})
    pair_days = fields.Integer(required=True)
    same_pair = fields.Integer(required=True)
    same_party = fields.Integer(required=True)
    same_address = fields.Integer(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    cases = fields.List(fields.Dict(), required=True)


class DisputeSchema(ResponseSchema):
    """A dispute as one may see it; `masked` leaves out every text and the place. Reading it is audited."""

    id = fields.UUID(required=True)
    ref = fields.String(required=True)
    masked = fields.Boolean(required=True)
    state = fields.String(required=True, metadata={"x-vocabulary": "case_state"})
    step_since = fields.AwareDateTime(required=True)
    due_at = fields.AwareDateTime(required=True, allow_none=True)
    level = fields.Integer(required=True)
    round = fields.Integer(required=True)
    source = fields.String(required=True)
    category = fields.String(required=True)
    category_version = fields.Integer(required=True)
    scale = fields.String(required=True)
    colour = fields.String(required=True, metadata={"x-vocabulary": "dispute_colour"})
    by_hand = fields.Boolean(required=True, metadata={"description": "A person set the colour."})
    score = fields.Integer(required=True)
    reasons = fields.List(fields.Nested(ScoreReasonSchema), required=True)
    weights_version = fields.Integer(required=True)
    strict = fields.Boolean(required=True)
    title = fields.String(required=True, allow_none=True)
    summary = fields.String(required=True, allow_none=True)
    address = fields.String(required=True, allow_none=True)
    place = fields.Nested(PointSchema, required=True, allow_none=True)
    place_datum = fields.String(required=True, allow_none=True)
    unit_id = fields.UUID(required=True, allow_none=True)
    unit_name = fields.String(required=True, allow_none=True)
    occurred_at = fields.AwareDateTime(required=True, allow_none=True)
    amount = fields.Decimal(required=True, allow_none=True, as_string=True, metadata=YUAN)
    people_count = fields.Integer(required=True)
    organisations = fields.String(required=True, allow_none=True)
    deadline_on = fields.Date(required=True, allow_none=True)
    signs = fields.List(fields.String(metadata={"x-vocabulary": "risk_sign"}), required=True)
    repeat_calls = fields.Integer(required=True)
    measures = fields.String(required=True, allow_none=True)
    resolution_way = fields.String(required=True, allow_none=True)
    resolving_body = fields.String(required=True, allow_none=True)
    resolution = fields.String(required=True, allow_none=True)
    success = fields.Boolean(required=True, allow_none=True)
    evaluated_on = fields.Date(required=True, allow_none=True)
    evaluation = fields.String(required=True, allow_none=True)
    lead_id = fields.UUID(required=True, allow_none=True)
    incident_id = fields.UUID(required=True, allow_none=True)
    register_no = fields.String(required=True, allow_none=True)
    reported_at = fields.AwareDateTime(required=True)
    reported_by = fields.UUID(required=True, allow_none=True)
    received_by = fields.UUID(required=True, allow_none=True)
    accepted_at = fields.AwareDateTime(required=True, allow_none=True)
    settled_at = fields.AwareDateTime(required=True, allow_none=True)
    closed_at = fields.AwareDateTime(required=True, allow_none=True)
    end_reason = fields.String(required=True, allow_none=True)
    merged_into = fields.UUID(required=True, allow_none=True)
    split_from = fields.UUID(required=True, allow_none=True)
    merged = fields.List(fields.Dict(), required=True, metadata={"description": "Cases merged into this one."})
    insiders = fields.List(fields.Dict(), required=True, metadata={"description": "Who needs to know it, and why."})
    parties = fields.List(fields.Nested(PartySchema), required=True)
    history = fields.Nested(HistorySchema, required=True)
    version = fields.Integer(required=True)


class ColourSchema(RequestSchema):
    """A colour by hand; null gives it back to the score."""

    colour = enum_field(Colour, required=True, allow_none=True)
    reason = text_field(500, required=True)


class ScoreSchema(ResponseSchema):
    """A score a case had."""

    at = fields.AwareDateTime(required=True)
    score = fields.Integer(required=True)
    colour = fields.String(required=True, metadata={"x-vocabulary": "dispute_colour"})
    by_hand = fields.Boolean(required=True)
    reasons = fields.List(fields.Nested(ScoreReasonSchema), required=True)
    weights_id = fields.UUID(required=True)
    made_by = fields.UUID(required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True)


class ScoreListSchema(ResponseSchema):
    """The scores a case had, newest first."""

    items = fields.List(fields.Nested(ScoreSchema), required=True)


class DisputeEventSchema(ResponseSchema):
    """One line of the timeline; `dispute_id` is a merged case's where it comes from one."""

    id = fields.Integer(required=True, metadata={"format": "int64"})
    dispute_id = fields.UUID(required=True)
    at = fields.AwareDateTime(required=True)
    kind = fields.String(required=True, metadata={"x-vocabulary": ["dispute_event", "dispute_work_event"]})
    actor_id = fields.UUID(required=True, allow_none=True)
    data = fields.Dict(required=True)


DisputeEventPageSchema = page_of(DisputeEventSchema)


class MergeSchema(RequestSchema):
    """Which case takes it in."""

    into = fields.UUID(required=True)


class SplitSchema(RequestSchema):
    """Who goes into the new case, and what it is about; without category and summary, as the old one."""

    party_ids = fields.List(fields.UUID(), required=True, validate=validate.Length(1, 100))
    category = fields.String(load_default=None, validate=CODE)
    summary = text_field(2000, load_default=None)
