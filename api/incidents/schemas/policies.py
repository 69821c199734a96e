"""Dispatch policies on the wire."""

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from api.http.schemas import RequestSchema, ResponseSchema
from api.incidents.rules.policy_checks import CHANNELS
from api.incidents.schemas.orders import enum_field, text_field
from api.incidents.types import Colour, IncidentKind, IncidentState, NextRung, PolicyDraft, Rung, TravelMode
from api.notifications.types import LadderStep

# Ranges are the rule's business (`bad_policy` names each fault); here only what a database could not hold.
_WHOLE = validate.Range(0, 10_000_000)


def _seconds(says: str) -> fields.Integer:
    return fields.Integer(strict=True, validate=_WHOLE, metadata={"description": says})


def _metres(says: str) -> fields.Float:
    return fields.Float(validate=validate.Range(0, 1_000_000), metadata={"description": says})


class LadderStepSchema(RequestSchema):
    """One rung of the ladder."""

    channel = fields.String(required=True, validate=validate.OneOf(CHANNELS), metadata={"x-vocabulary": "channel"})
    after_s = fields.Integer(
        required=True, strict=True, validate=_WHOLE, metadata={"description": "After the rung before it."}
    )

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> LadderStep:
        """The value a policy holds."""
        return LadderStep(**data)


class NextRungSchema(RequestSchema):
    """Who is told when nobody is left to ask, and how long after that."""

    rung = enum_field(Rung, required=True)
    after_s = fields.Integer(required=True, strict=True, validate=_WHOLE)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> NextRung:
        """The value a policy holds."""
        return NextRung(**data)


class PolicyRulesSchema(RequestSchema):
    """How a dispatch asks. Fields left out stay as they are in force."""

    radius_m = _metres("How far to look at first.")
    radius_growth = fields.Float(validate=validate.Range(0, 100), metadata={"description": "Factor per widening."})
    radius_max_m = _metres("How far to look at most.")
    stale_s = _seconds("How old a position may be.")
    candidates = fields.Integer(strict=True, validate=_WHOLE, metadata={"description": "How many people to look at."})
    grid_first = fields.Boolean(metadata={"description": "The incident's own grid first, then its neighbours."})
    spare = fields.Integer(
        strict=True, validate=_WHOLE, metadata={"description": "Most people asked at a time above the need."}
    )
    hope = fields.Float(
        validate=validate.Range(0, 1), metadata={"description": "The chance of enough a wave must reach."}
    )
    silence_s = _seconds("How long an offer waits for an answer.")
    expires_s = _seconds("How long a message is worth delivering.")
    retry_s = _seconds("Pause before looking again.")
    ladder = fields.List(fields.Nested(LadderStepSchema), validate=validate.Length(max=10))
    travel = enum_field(TravelMode)
    turn_out_s = _seconds("From accepting to leaving, by day.")
    turn_out_night_s = _seconds("The same from 22:00 to 06:00.")
    rest_s = _seconds("Rest after a task.")
    alerts_per_day = fields.Integer(strict=True, validate=_WHOLE)
    caps_bind = fields.Boolean(metadata={"description": "Rest and caps forbid; else they only cost rank."})
    still_s = _seconds("Who does not move so long after accepting is asked.")
    reopen_s = _seconds("And so much later the place is free again.")
    arrive_m = _metres("Nearer than this is there.")
    leave_m = _metres("Farther than this is gone.")
    dwell_s = _seconds("How long somebody must be near to be there.")
    welfare_s = _seconds("How often people on scene are asked whether all is well; 0: never.")
    allow_engaged = fields.Boolean(metadata={"description": "People busy with another incident may be asked."})
    call_back_tries = fields.Integer(strict=True, validate=_WHOLE)
    overdue_s = fields.Dict(
        keys=fields.String(validate=validate.OneOf([state.value for state in IncidentState])),
        values=fields.Integer(strict=True, validate=_WHOLE),
        metadata={"description": "Per state of an incident: after how long the desk is reminded."},
    )
    next_rungs = fields.List(fields.Nested(NextRungSchema), validate=validate.Length(max=10))

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Lists as the tuples a policy holds."""
        return {name: tuple(value) if isinstance(value, list) else value for name, value in data.items()}


class PolicyDraftSchema(RequestSchema):
    """The station's next version for a kind and a colour."""

    kind = enum_field(IncidentKind, required=True)
    colour = enum_field(Colour, load_default=None, allow_none=True)
    replaces = fields.Integer(
        load_default=0,
        strict=True,
        validate=_WHOLE,
        metadata={"description": "The version of the station's own that was seen; 0 for its first."},
    )
    changes = fields.Nested(PolicyRulesSchema, load_default=dict)
    note = text_field(500, load_default=None, allow_none=True, metadata={"description": "Why."})
    withdraw = fields.Boolean(load_default=False, metadata={"description": "Go back to what the station had not set."})

    @validates_schema
    def check_something(self, data: dict[str, Any], **_: Any) -> None:
        """A version that changes nothing would only hide the ones that do."""
        if bool(data["changes"]) == data["withdraw"]:
            raise ValidationError("请填写要修改的内容，或选择撤回。 | Change something, or withdraw.")

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> PolicyDraft:
        """The value the service takes."""
        return PolicyDraft(**data)


class PolicyVersionsQuery(RequestSchema):
    """Whose versions."""

    kind = enum_field(IncidentKind, required=True)
    colour = enum_field(Colour, load_default=None)


class PolicySchema(ResponseSchema):
    """A policy in force; version 0 is built in."""

    kind = fields.String(required=True, metadata={"x-vocabulary": "incident_kind"})
    colour = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "None: every other colour.", "x-vocabulary": "incident_colour"},
    )
    version = fields.Integer(required=True)
    rules = fields.Dict(required=True, metadata={"description": "As in `PolicyRules`."})


class PolicyListSchema(ResponseSchema):
    """All at once; there are few."""

    items = fields.List(fields.Nested(PolicySchema), required=True)


class AcceptanceSchema(ResponseSchema):
    """How often people say yes, with its 80 % interval; an empty word stands for any."""

    force = fields.String(required=True)
    band = fields.String(required=True, metadata={"description": "How far: next_door, near, around, far."})
    hours = fields.String(required=True, metadata={"description": "When: day, evening, night."})
    asked = fields.Integer(required=True)
    accepted = fields.Integer(required=True)
    mean = fields.Float(required=True)
    low = fields.Float(required=True)
    high = fields.Float(required=True)
    learnt_at = fields.AwareDateTime(required=True)


class AcceptanceListSchema(ResponseSchema):
    """All at once; a few hundred at most. Empty before the first night: then a prior stands in."""

    items = fields.List(fields.Nested(AcceptanceSchema), required=True)


class PolicyDifferenceSchema(ResponseSchema):
    """One field that changed."""

    field = fields.String(required=True)
    before = fields.Raw(required=True, allow_none=True)
    after = fields.Raw(required=True, allow_none=True)


class PolicyVersionSchema(ResponseSchema):
    """One version, and what it changed."""

    kind = fields.String(required=True, metadata={"x-vocabulary": "incident_kind"})
    colour = fields.String(required=True, allow_none=True, metadata={"x-vocabulary": "incident_colour"})
    version = fields.Integer(required=True)
    rules = fields.Dict(required=True, allow_none=True, metadata={"description": "None: it took its own back."})
    changes = fields.List(fields.Nested(PolicyDifferenceSchema), required=True)
    note = fields.String(required=True, allow_none=True)
    written_by = fields.UUID(required=True, allow_none=True)
    written_at = fields.AwareDateTime(required=True)


class PolicyVersionListSchema(ResponseSchema):
    """The newest first."""

    items = fields.List(fields.Nested(PolicyVersionSchema), required=True)
