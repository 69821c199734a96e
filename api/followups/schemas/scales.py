"""Scales on the wire."""

from typing import Any

from marshmallow import fields, post_load, validate

from api.followups.rules.scales import LONGEST_STREAK, MOST_COLOURS, MOST_TRIES
from api.followups.types import Outcome, OutcomeRule
from api.http.schemas import RequestSchema, ResponseSchema

_COLOUR = validate.Regexp(r"[a-z][a-z0-9_]{0,39}\Z")
_KIND = validate.Regexp(r"([a-z][a-z0-9_]{0,39}|\*)\Z")
_TO = "The colour it leads to; instead of `shift`."
_SHIFT = "Steps along the scale: 1 is one graver, -1 one lighter."
_STREAK = "After how many such outcomes in a row it moves."
_TRIES = "As many reports of this outcome finish a visit."
_RESTART = "Whether the plan begins again."


class VisitOutcomeRuleSchema(RequestSchema):
    """What an outcome means for a plan."""

    to = fields.String(load_default=None, allow_none=True, validate=_COLOUR, metadata={"description": _TO})
    shift = fields.Integer(
        load_default=0,
        strict=True,
        validate=validate.Range(-MOST_COLOURS, MOST_COLOURS),
        metadata={"description": _SHIFT},
    )
    streak = fields.Integer(
        load_default=1, strict=True, validate=validate.Range(1, LONGEST_STREAK), metadata={"description": _STREAK}
    )
    tries = fields.Integer(
        load_default=1, strict=True, validate=validate.Range(1, MOST_TRIES), metadata={"description": _TRIES}
    )
    restart = fields.Boolean(load_default=False, metadata={"description": _RESTART})

    @post_load
    def _rule(self, data: dict[str, Any], **_: Any) -> OutcomeRule:
        return OutcomeRule(**data)


class VisitOutcomeRulesSchema(RequestSchema):
    """A rule for each outcome; one without a rule changes nothing."""

    calm = fields.Nested(VisitOutcomeRuleSchema)
    strained = fields.Nested(VisitOutcomeRuleSchema)
    relapsed = fields.Nested(VisitOutcomeRuleSchema)
    unreachable = fields.Nested(VisitOutcomeRuleSchema)
    moved_away = fields.Nested(VisitOutcomeRuleSchema)

    @post_load
    def _rules(self, data: dict[str, OutcomeRule], **_: Any) -> dict[Outcome, OutcomeRule]:
        return {Outcome(name): rule for name, rule in data.items()}


class VisitNewScaleSchema(RequestSchema):
    """The next version of the station's colours for a kind of subject."""

    subject_kind = fields.String(required=True, validate=_KIND)
    colours = fields.List(
        fields.String(validate=_COLOUR),
        required=True,
        validate=validate.Length(1, MOST_COLOURS),
        metadata={"description": "The gravest first."},
    )
    rules = fields.Nested(VisitOutcomeRulesSchema, required=True)
    replaces = fields.Integer(
        load_default=0,
        strict=True,
        validate=validate.Range(min=0),
        metadata={"description": "The version of the station's own that was edited; 0 for its first."},
    )

    @post_load
    def _colours(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {**data, "colours": tuple(data["colours"])}


class VisitOutcomeRuleViewSchema(ResponseSchema):
    """What an outcome means for a plan."""

    to = fields.String(required=True, allow_none=True, metadata={"description": _TO})
    shift = fields.Integer(required=True, metadata={"description": _SHIFT})
    streak = fields.Integer(required=True, metadata={"description": _STREAK})
    tries = fields.Integer(required=True, metadata={"description": _TRIES})
    restart = fields.Boolean(required=True, metadata={"description": _RESTART})


class VisitScaleSchema(ResponseSchema):
    """One version of a scale; without a station it is common to all."""

    station_id = fields.UUID(required=True, allow_none=True)
    subject_kind = fields.String(required=True)
    version = fields.Integer(required=True)
    colours = fields.List(fields.String(), required=True, metadata={"description": "The gravest first."})
    rules = fields.Dict(
        keys=fields.String(), values=fields.Nested(VisitOutcomeRuleViewSchema), required=True,
        metadata={"description": "By outcome."},
    )  # fmt: skip


class VisitScaleListSchema(ResponseSchema):
    """All at once; there are few."""

    items = fields.List(fields.Nested(VisitScaleSchema), required=True)


class ScaleVersionsQuery(RequestSchema):
    """Whose versions."""

    subject_kind = fields.String(required=True, validate=_KIND)
