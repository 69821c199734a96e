"""What live looks like on the wire."""

from marshmallow import fields, validate

from api.http.schemas import RequestSchema, ResponseSchema
from api.live.rules import MOST_WAIT_S
from api.live.types import EndReason, LiveCollection, LiveEvent, Op, ResetReason, Scope

_ID = {"description": "Opaque; give it back to go on from here.", "example": "q1mX0bK7t2_8vRfEWzEsIjc0MiJd"}


class StreamAddressSchema(ResponseSchema):
    """Where the event stream is, and how it is kept."""

    stream_url = fields.String(required=True, metadata={"example": "https://station.example/v1/stream"})
    poll_url = fields.String(required=True, metadata={"example": "https://station.example/v1/stream/poll"})
    heartbeat_s = fields.Integer(
        required=True, metadata={"description": "A comment comes so often; after three of them the line is dead."}
    )
    most_wait_s = fields.Integer(required=True, metadata={"description": "The longest wait of a poll."})


class AfterQuery(RequestSchema):
    """Where to go on."""

    after = fields.String(
        load_default=None,
        validate=validate.Length(max=4_000),
        metadata={"description": "Like the header Last-Event-ID, for clients that cannot set it."},
    )


class PollQuery(AfterQuery):
    """Where to go on, and how long to wait for something."""

    wait_s = fields.Integer(load_default=25, validate=validate.Range(0, MOST_WAIT_S))


class HelloSchema(ResponseSchema):
    """The first event of every stream."""

    at = fields.AwareDateTime(required=True)
    resumed = fields.Boolean(required=True, metadata={"description": "Whether an id was given to go on from."})
    scopes = fields.Dict(
        keys=fields.Enum(Scope, by_value=True),
        values=fields.List(fields.Enum(LiveCollection, by_value=True)),
        required=True,
        metadata={
            "description": "What the reader is told of.",
            "example": {"own": ["offers", "messages"], "station": ["incidents", "duty"]},
        },
    )
    expires_at = fields.AwareDateTime(required=True, metadata={"description": "When the token ends."})
    heartbeat_s = fields.Integer(required=True, metadata={"example": 15})


class ChangeSchema(ResponseSchema):
    """Something changed. What it says now is in `row`, if there is one, else behind the collection's own route."""

    scope = fields.Enum(Scope, by_value=True, required=True)
    collection = fields.Enum(LiveCollection, by_value=True, required=True)
    id = fields.UUID(required=True, allow_none=True, metadata={"description": "Null: many, or the list as a whole."})
    op = fields.Enum(Op, by_value=True, required=True)
    at = fields.AwareDateTime(required=True)
    incident_id = fields.UUID(metadata={"description": "Of a dispatch: its incident."})
    row = fields.Dict(
        metadata={
            "description": "Of `incidents` an item of GET /v1/incidents/board, of `duty` one of GET /v1/duty/live, as"
            " this reader would be given it; absent elsewhere.",
            "example": {"id": "018f5a3e-7c1b-7d2a-9f00-5e1b2c3d4e5f", "state": "dispatching"},
        }
    )


class MarkSchema(ResponseSchema):
    """Nothing has happened; the id stays young."""

    at = fields.AwareDateTime(required=True)


class ResetSchema(ResponseSchema):
    """The id given says nothing any more: fetch everything again, and go on from this event's."""

    at = fields.AwareDateTime(required=True)
    reason = fields.Enum(ResetReason, by_value=True, required=True)


class EndSchema(ResponseSchema):
    """The server closes after this event."""

    at = fields.AwareDateTime(required=True)
    reason = fields.Enum(EndReason, by_value=True, required=True)
    reconnect = fields.Boolean(
        required=True, metadata={"description": "Whether to come back without being asked to by the user."}
    )


class PolledEventSchema(ResponseSchema):
    """One event, as the stream has it."""

    event = fields.Enum(LiveEvent, by_value=True, required=True)
    id = fields.String(required=True, allow_none=True, metadata=_ID)
    data = fields.Dict(required=True, metadata={"description": "As in events/asyncapi.yaml.", "example": {}})


class PolledSchema(ResponseSchema):
    """What is new."""

    events = fields.List(fields.Nested(PolledEventSchema), required=True)
    after = fields.String(required=True, metadata=_ID)
    more = fields.Boolean(required=True, metadata={"description": "Ask again at once."})


# What the data of each event is.
PAYLOADS = {
    LiveEvent.HELLO: HelloSchema,
    LiveEvent.CHANGE: ChangeSchema,
    LiveEvent.MARK: MarkSchema,
    LiveEvent.RESET: ResetSchema,
    LiveEvent.END: EndSchema,
}
