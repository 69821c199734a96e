"""What the desk gets."""

from marshmallow import fields, validate

from api.http.schemas import PointSchema, ResponseSchema, page_of
from api.incidents.schemas.on_scene import PhotoSchema, ReinforcementSchema
from api.incidents.types import DispatchClock


class LinkCreatedSchema(ResponseSchema):
    """The id of what was made."""

    id = fields.UUID(required=True)


class IncidentRowSchema(ResponseSchema):
    """An incident in a list; nothing personal."""

    id = fields.UUID(required=True)
    ref = fields.String(required=True, metadata={"description": "What is said on the radio: `7K3-9QX2`."})
    kind = fields.String(required=True, metadata={"x-vocabulary": "incident_kind"})
    category = fields.String(required=True, metadata={"x-vocabulary": "incident_category"})
    colour = fields.String(required=True, metadata={"x-vocabulary": "incident_colour"})
    source = fields.String(required=True, metadata={"x-vocabulary": "incident_source"})
    state = fields.String(required=True, metadata={"x-vocabulary": "incident_state"})
    step_since = fields.AwareDateTime(required=True)
    place = fields.Nested(PointSchema, required=True)
    unit_id = fields.UUID(required=True, allow_none=True)
    unit_name = fields.String(required=True, allow_none=True)
    reported_at = fields.AwareDateTime(required=True)
    ended_at = fields.AwareDateTime(required=True, allow_none=True)
    version = fields.Integer(required=True)
    drill = fields.Boolean(required=True, metadata={"description": "An exercise: nothing has happened."})


IncidentPageSchema = page_of(IncidentRowSchema)


class RequesterViewSchema(ResponseSchema):
    """A requester, in clear or only recognisable."""

    name = fields.String(required=True, allow_none=True)
    phone = fields.String(required=True, allow_none=True)
    masked = fields.Boolean(required=True)


class NeedRowSchema(ResponseSchema):
    """A need and how far it is filled."""

    id = fields.UUID(required=True)
    force = fields.String(required=True, allow_none=True)
    skills = fields.List(fields.String(), required=True)
    wanted = fields.Integer(required=True)
    got = fields.Integer(required=True)
    state = fields.String(required=True, metadata={"x-vocabulary": "need_state"})


class DispatchRowSchema(ResponseSchema):
    """A dispatch in its incident."""

    id = fields.UUID(required=True)
    state = fields.String(required=True, metadata={"x-vocabulary": "dispatch_state"})
    wave = fields.Integer(required=True)
    created_at = fields.AwareDateTime(required=True)
    needs = fields.List(fields.Nested(NeedRowSchema), required=True)


class FeedbackSchema(ResponseSchema):
    """What somebody who went reported."""

    id = fields.UUID(required=True)
    offer_id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    revision = fields.Integer(required=True)
    state = fields.String(required=True, metadata={"x-vocabulary": "feedback_state"})
    outcome = fields.String(required=True, metadata={"x-vocabulary": "feedback_outcome"})
    text = fields.String(required=True)
    occurred_at = fields.AwareDateTime(required=True)
    received_at = fields.AwareDateTime(required=True)
    photos = fields.List(fields.Nested(PhotoSchema), required=True)
    review_note = fields.String(
        required=True, allow_none=True, metadata={"description": "Why it was returned, if it was."}
    )


class IncidentSchema(IncidentRowSchema):
    """An incident with everything about it; reading it is audited."""

    description = fields.String(required=True)
    address = fields.String(required=True, allow_none=True)
    place_datum = fields.String(
        required=True, metadata={"description": "As given; `place` is WGS-84.", "x-vocabulary": "datum"}
    )
    requester = fields.Nested(RequesterViewSchema, required=True)
    needs = fields.List(fields.Dict(), required=True)
    reported_by = fields.UUID(required=True, allow_none=True)
    end_reason = fields.String(required=True, allow_none=True, metadata={"x-vocabulary": "cancel_reason"})
    end_note = fields.String(required=True, allow_none=True)
    dispute_id = fields.UUID(
        required=True, allow_none=True, metadata={"description": "The dispute it was handed over as."}
    )
    dispatches = fields.List(fields.Nested(DispatchRowSchema), required=True)
    feedbacks = fields.List(fields.Nested(FeedbackSchema), required=True)
    reinforcements = fields.List(fields.Nested(ReinforcementSchema), required=True)
    links = fields.List(fields.Dict(), required=True)
    call_backs = fields.List(fields.Dict(), required=True)


class NearbyRowSchema(ResponseSchema):
    """An incident that may be the same one."""

    id = fields.UUID(required=True)
    ref = fields.String(required=True)
    kind = fields.String(required=True, metadata={"x-vocabulary": "incident_kind"})
    state = fields.String(required=True, metadata={"x-vocabulary": "incident_state"})
    reported_at = fields.AwareDateTime(required=True)
    distance_m = fields.Integer(required=True)
    same_requester = fields.Boolean(required=True)


class NearbyPageSchema(ResponseSchema):
    """The nearest ten."""

    items = fields.List(fields.Nested(NearbyRowSchema), required=True)


class OfferRowSchema(ResponseSchema):
    """Somebody who was asked."""

    id = fields.UUID(required=True)
    need_id = fields.UUID(required=True)
    member_id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    wave = fields.Integer(required=True)
    state = fields.String(required=True, metadata={"x-vocabulary": "offer_state"})
    reason = fields.String(
        required=True, allow_none=True, metadata={"x-vocabulary": ["decline_reason", "stand_down_reason"]}
    )
    distance_m = fields.Integer(required=True)
    eta_s = fields.Integer(required=True)
    offered_at = fields.AwareDateTime(required=True)
    answered_at = fields.AwareDateTime(required=True, allow_none=True)
    accepted_at = fields.AwareDateTime(required=True, allow_none=True)
    departed_at = fields.AwareDateTime(required=True, allow_none=True)
    arrived_at = fields.AwareDateTime(required=True, allow_none=True)
    done_at = fields.AwareDateTime(required=True, allow_none=True)
    arrival_distance_m = fields.Float(required=True, allow_none=True)
    departed_how = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "geofence, hand or link.", "x-vocabulary": "reported_by"},
    )
    arrived_how = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "geofence, hand or link.", "x-vocabulary": "reported_by"},
    )
    added_by = fields.UUID(required=True, allow_none=True, metadata={"description": "Who added them by hand."})
    beyond = fields.Boolean(required=True, metadata={"description": "Asked, or going, beyond what was wanted."})
    eta_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "When they will be there, from the fix of `fix_at`."}
    )
    fix_at = fields.AwareDateTime(required=True, allow_none=True)
    left_m = fields.Float(required=True, allow_none=True, metadata={"description": "From the place, at that fix."})
    moved_at = fields.AwareDateTime(required=True, allow_none=True)
    gone_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "Left the place after having been there."}
    )
    asked_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "Asked whether they are still coming."}
    )
    confirmed_at = fields.AwareDateTime(required=True, allow_none=True)
    welfare = fields.String(required=True, allow_none=True, metadata={"x-vocabulary": "welfare_state"})
    welfare_asked_at = fields.AwareDateTime(required=True, allow_none=True)
    welfare_missed = fields.Integer(required=True, allow_none=True)


class NextStepSchema(ResponseSchema):
    """What a dispatch does by itself, unless something happens before."""

    step = fields.String(
        required=True,
        validate=validate.OneOf([clock.value for clock in DispatchClock]),
        metadata={"x-vocabulary": "dispatch_clock"},
    )
    due_at = fields.AwareDateTime(required=True)
    rung = fields.String(
        required=True, allow_none=True, metadata={"description": "Who will be told, of `next_rung` only."}
    )


class DispatchSchema(ResponseSchema):
    """A dispatch with its needs and everybody asked."""

    id = fields.UUID(required=True)
    incident_id = fields.UUID(required=True)
    state = fields.String(required=True, metadata={"x-vocabulary": "dispatch_state"})
    wave = fields.Integer(required=True)
    policy = fields.Dict(required=True, metadata={"description": "Frozen when the dispatch began."})
    ordered_by = fields.UUID(required=True, allow_none=True)
    created_at = fields.AwareDateTime(required=True)
    ended_at = fields.AwareDateTime(required=True, allow_none=True)
    needs = fields.List(fields.Nested(NeedRowSchema), required=True)
    offers = fields.List(fields.Nested(OfferRowSchema), required=True)
    lead_offer_id = fields.UUID(required=True, allow_none=True, metadata={"description": "Who leads on scene."})
    radius_m = fields.Float(required=True, allow_none=True, metadata={"description": "How far it looks by now."})
    target = fields.Dict(required=True, metadata={"description": "The ground: kind, units, grid, neighbours."})
    drill = fields.Boolean(required=True)
    next_steps = fields.List(fields.Nested(NextStepSchema), required=True, metadata={"description": "Soonest first."})


class ConsideredSchema(ResponseSchema):
    """Somebody looked at for a need."""

    member_id = fields.UUID(required=True)
    force = fields.String(required=True)
    picked = fields.Boolean(required=True)
    reason = fields.String(required=True, metadata={"x-vocabulary": "ranking_verdict"})
    distance_m = fields.Integer(required=True)
    eta_s = fields.Integer(required=True, metadata={"description": "From accepting to arriving."})
    ring = fields.String(
        required=True, metadata={"description": "`own`: of the incident's grid; `neighbour`: of one beside it."}
    )
    owner = fields.Boolean(required=True, metadata={"description": "Answers for the incident's grid."})
    cost_s = fields.Integer(
        required=True, metadata={"description": "Seconds behind their travel time, for what was asked of them of late."}
    )


class MissingSchema(ResponseSchema):
    """What a need lacks."""

    short = fields.Integer(required=True, metadata={"description": "How many fewer are asked than the policy wants."})
    unfilled = fields.Integer(
        required=True, metadata={"description": "Places that stay free even if everybody asked says yes."}
    )
    reasons = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        required=True,
        metadata={"description": "How many of those looked at are not asked, by reason."},
    )


class LearntFromSchema(ResponseSchema):
    """What the chances of some of those asked rest on; an empty word stands for any, nothing asked for a prior."""

    people = fields.Integer(required=True, metadata={"description": "How many of those asked it is about."})
    force = fields.String(required=True)
    band = fields.String(required=True, metadata={"description": "How far: next_door, near, around, far."})
    hours = fields.String(required=True, metadata={"description": "When: day, evening, night."})
    asked = fields.Integer(required=True)
    accepted = fields.Integer(required=True)
    mean = fields.Float(required=True)
    low = fields.Float(required=True)
    high = fields.Float(required=True)


class OutlookSchema(ResponseSchema):
    """What to hope for of those asked at once; replacements make it better."""

    wanted = fields.Integer(required=True)
    asked = fields.Integer(required=True)
    accept = fields.Float(required=True, metadata={"description": "The chance that one of them says yes, on average."})
    chance = fields.Float(required=True, metadata={"description": "That at least `wanted` say yes."})
    low = fields.Float(required=True, metadata={"description": "The same, if all say yes as seldom as can be (80 %)."})
    high = fields.Float(required=True, metadata={"description": "The same, if all say yes as often as can be."})
    learnt_from = fields.List(fields.Nested(LearntFromSchema), required=True)


class NeedPreviewSchema(ResponseSchema):
    """A need as it would be asked for."""

    force = fields.String(required=True, allow_none=True)
    skills = fields.List(fields.String(), required=True)
    wanted = fields.Integer(required=True)
    places = fields.Integer(required=True, metadata={"description": "How many the policy asks at once."})
    asked = fields.List(fields.Nested(ConsideredSchema), required=True)
    considered = fields.List(fields.Nested(ConsideredSchema), required=True)
    missing = fields.Nested(MissingSchema, required=True)
    outlook = fields.Nested(OutlookSchema, required=True)


class MessageEstimateSchema(ResponseSchema):
    """Messages of the first wave, without the texts that follow an unconfirmed push."""

    push = fields.Integer(required=True)
    sms = fields.Integer(required=True)
    sms_segments = fields.Integer(required=True, metadata={"description": "What the texts are billed as."})
    unreachable = fields.Integer(required=True, metadata={"description": "People with neither push nor SMS."})


class DispatchPreviewSchema(ResponseSchema):
    """A dispatch as it would begin now."""

    incident_id = fields.UUID(required=True)
    state = fields.String(
        required=True,
        metadata={"description": "`exhausted` when nobody fits some need.", "x-vocabulary": "dispatch_state"},
    )
    policy = fields.Dict(required=True, metadata={"description": "What would be frozen."})
    radius_m = fields.Float(required=True, metadata={"description": "How far was looked."})
    target = fields.Dict(required=True, metadata={"description": "The ground: kind, units, grid, neighbours."})
    drill = fields.Boolean(required=True)
    needs = fields.List(fields.Nested(NeedPreviewSchema), required=True)
    messages = fields.Nested(MessageEstimateSchema, required=True)
    chance = fields.Float(required=True, metadata={"description": "That every need is filled by those asked at once."})


class SelectionAnswerSchema(ResponseSchema):
    """Why one member was or was not asked."""

    dispatch_id = fields.UUID(required=True)
    member_id = fields.UUID(required=True)
    entries = fields.List(fields.Dict(), required=True, metadata={"description": "One per wave, newest first."})
    outside = fields.String(
        required=True, allow_none=True, metadata={"description": "The rule that kept the member out of every list."}
    )
    scope = fields.Dict(required=True, metadata={"description": "How the newest wave looked for people."})


class IncidentEventSchema(ResponseSchema):
    """One line of the timeline."""

    id = fields.Integer(required=True, metadata={"format": "int64"})
    at = fields.AwareDateTime(required=True)
    kind = fields.String(required=True, metadata={"x-vocabulary": "incident_event"})
    actor_id = fields.UUID(required=True, allow_none=True)
    data = fields.Dict(required=True)


IncidentEventPageSchema = page_of(IncidentEventSchema)
