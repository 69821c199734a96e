"""Decisions, teams, sessions and hand-overs on the wire."""

from typing import Any

from marshmallow import fields, post_load, validate

from api.disputes.schemas.cases import DisputeRowSchema
from api.disputes.schemas.parties import enum_field, text_field
from api.disputes.types import MediatorKind
from api.disputes.types.mediation import NewMediator
from api.disputes.types.work import HandOverState, ReceiverKind, RefusalReason, Road, SessionStep
from api.http.schemas import RequestSchema, ResponseSchema

_NOTE = 2000


class CaseNoteSchema(RequestSchema):
    """A reason in words, if there is one to give."""

    note = text_field(_NOTE, load_default=None, allow_none=True)


class CaseReasonSchema(RequestSchema):
    """A reason in words."""

    note = text_field(_NOTE, required=True)


class CaseRefusalSchema(RequestSchema):
    """Why a dispute is not taken up; `other` needs a note."""

    reason = enum_field(RefusalReason, required=True)
    note = text_field(_NOTE, load_default=None, allow_none=True)


class CaseSuspensionSchema(RequestSchema):
    """The last day of the pause, and why."""

    until = fields.Date(required=True)
    note = text_field(_NOTE, required=True)


class CaseFailureSchema(RequestSchema):
    """Why mediation failed, and the road that is left."""

    road = enum_field(Road, required=True)
    note = text_field(_NOTE, required=True)


class CaseFailedSchema(ResponseSchema):
    """The case, how many parties were texted, and who has to be told in person, by party id."""

    dispute = fields.Nested(DisputeRowSchema, required=True)
    texted = fields.Integer(required=True)
    untold = fields.Dict(
        keys=fields.UUID(),
        values=fields.String(metadata={"x-vocabulary": "untold_reason"}),
        required=True,
        metadata={"description": "Party id to reason: no_phone, landline, minor or strict."},
    )


class CaseDecisionSchema(ResponseSchema):
    """One decision and its reason."""

    at = fields.AwareDateTime(required=True)
    round = fields.Integer(required=True)
    step = fields.String(required=True)
    code = fields.String(required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True)
    made_by = fields.UUID(required=True, allow_none=True)


class CaseDecisionListSchema(ResponseSchema):
    """Every decision, oldest first."""

    items = fields.List(fields.Nested(CaseDecisionSchema), required=True)


class NewMediatorSchema(RequestSchema):
    """Somebody who mediates: a person of the station, or somebody without an account, by name."""

    kind = enum_field(MediatorKind, required=True)
    person_id = fields.UUID(load_default=None, allow_none=True)
    name = text_field(50, load_default=None, allow_none=True)
    phone = text_field(30, load_default=None, allow_none=True)
    organisation = text_field(100, load_default=None, allow_none=True)
    leads = fields.Boolean(load_default=False)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> NewMediator:
        """The value the service takes."""
        return NewMediator(**data)


class CaseTeamSchema(RequestSchema):
    """The whole team as it is to be; nobody leaves the case to the ladder."""

    mediators = fields.List(fields.Nested(NewMediatorSchema), required=True, validate=validate.Length(max=20))
    why = text_field(_NOTE, load_default=None, allow_none=True)


class MediatorSchema(ResponseSchema):
    """Somebody's time in a team; `left_at` null: still in it."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True, metadata={"x-vocabulary": "mediator_kind"})
    person_id = fields.UUID(required=True, allow_none=True)
    name = fields.String(required=True, allow_none=True)
    phone = fields.String(required=True, allow_none=True)
    organisation = fields.String(required=True, allow_none=True)
    leads = fields.Boolean(required=True)
    joined_at = fields.AwareDateTime(required=True)
    joined_by = fields.UUID(required=True, allow_none=True)
    left_at = fields.AwareDateTime(required=True, allow_none=True)
    left_by = fields.UUID(required=True, allow_none=True)


class MediatorListSchema(ResponseSchema):
    """Mediators, in order."""

    items = fields.List(fields.Nested(MediatorSchema), required=True)


class WorkloadSchema(ResponseSchema):
    """How much one mediator has on their hands."""

    person_id = fields.UUID(required=True)
    name = fields.String(required=True)
    leads = fields.Integer(required=True, metadata={"description": "Open cases this person leads."})
    open_cases = fields.Integer(required=True)
    overdue_cases = fields.Integer(required=True)
    sessions_ahead = fields.Integer(required=True)
    obligations_overdue = fields.Integer(required=True)


class WorkloadListSchema(ResponseSchema):
    """The busiest first."""

    items = fields.List(fields.Nested(WorkloadSchema), required=True)


class SessionPlanSchema(RequestSchema):
    """When and where the parties meet."""

    planned_at = fields.AwareDateTime(required=True)
    place = text_field(200, load_default=None, allow_none=True)


class SessionReportSchema(RequestSchema):
    """What became of a session. `hold` needs a record, everything else a note."""

    step = enum_field(SessionStep, required=True)
    at = fields.AwareDateTime(load_default=None, allow_none=True)
    record = text_field(10_000, load_default=None, allow_none=True)
    note = text_field(_NOTE, load_default=None, allow_none=True)
    present = fields.List(fields.UUID(), load_default=list, validate=validate.Length(max=120))
    absent = fields.List(fields.UUID(), load_default=list, validate=validate.Length(max=120))


class SessionAttendanceSchema(ResponseSchema):
    """Ids of parties and mediators."""

    present = fields.List(fields.UUID())
    absent = fields.List(fields.UUID())


class MediationSessionSchema(ResponseSchema):
    """One session; `ended_at` null: still planned."""

    id = fields.UUID(required=True)
    dispute_id = fields.UUID(required=True)
    round = fields.Integer(required=True)
    number = fields.Integer(required=True)
    state = fields.String(
        required=True,
        metadata={
            "description": "planned, held, adjourned, party_absent or cancelled",
            "x-vocabulary": "mediation_session_state",
        },
    )
    planned_at = fields.AwareDateTime(required=True)
    place = fields.String(required=True, allow_none=True)
    planned_by = fields.UUID(required=True, allow_none=True)
    ended_at = fields.AwareDateTime(required=True, allow_none=True)
    record = fields.String(required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True)
    attendance = fields.Nested(SessionAttendanceSchema, required=True)
    recorded_by = fields.UUID(required=True, allow_none=True)
    recorded_at = fields.AwareDateTime(required=True, allow_none=True)


class MediationSessionListSchema(ResponseSchema):
    """Sessions in the order they were planned."""

    items = fields.List(fields.Nested(MediationSessionSchema), required=True)


class NewDisputeHandOverSchema(RequestSchema):
    """Another station, by id, or a department, by name."""

    receiver = enum_field(ReceiverKind, required=True)
    station_id = fields.UUID(load_default=None, allow_none=True)
    department = text_field(100, load_default=None, allow_none=True)
    reason = text_field(_NOTE, required=True)


class DisputeHandOverSchema(ResponseSchema):
    """One hand-over. `copy_id`: the case the receiving station made of it."""

    id = fields.UUID(required=True)
    dispute_id = fields.UUID(required=True)
    station_id = fields.UUID(required=True)
    receiver = fields.String(required=True, metadata={"x-vocabulary": "hand_over_receiver"})
    to_station_id = fields.UUID(required=True, allow_none=True)
    department = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True)
    state = fields.String(
        required=True,
        metadata={"description": "offered, accepted, declined or withdrawn", "x-vocabulary": "hand_over_state"},
    )
    offered_at = fields.AwareDateTime(required=True)
    offered_by = fields.UUID(required=True, allow_none=True)
    due_at = fields.AwareDateTime(required=True)
    answered_at = fields.AwareDateTime(required=True, allow_none=True)
    answered_by = fields.UUID(required=True, allow_none=True)
    answer = fields.String(required=True, allow_none=True)
    copy_id = fields.UUID(required=True, allow_none=True)


class DisputeHandOverListSchema(ResponseSchema):
    """Hand-overs, oldest first."""

    items = fields.List(fields.Nested(DisputeHandOverSchema), required=True)


class IncomingQuery(RequestSchema):
    """Which of those offered to the station; without `state` those that wait for an answer."""

    state = enum_field(HandOverState, load_default=HandOverState.OFFERED)
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))


class IncomingDisputeSchema(ResponseSchema):
    """What is told of a case before it is taken: nothing of its parties."""

    hand_over = fields.Nested(DisputeHandOverSchema, required=True)
    ref = fields.String(required=True)
    category = fields.String(required=True)
    colour = fields.String(required=True, metadata={"x-vocabulary": "dispute_colour"})
    scale = fields.String(required=True)
    strict = fields.Boolean(required=True)


class IncomingDisputeListSchema(ResponseSchema):
    """What other stations offer, newest first."""

    items = fields.List(fields.Nested(IncomingDisputeSchema), required=True)
