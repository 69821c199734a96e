"""Commands on the wire, and what each one's payload must look like."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate

from api.duty.schemas import GoOnDutySchema
from api.followups.schemas import VisitContactReportSchema
from api.http.errors import read_messages
from api.http.schemas import PlaceField, RequestSchema, ResponseSchema
from api.incidents.schemas.on_scene import WelfareAnswerSchema
from api.incidents.schemas.orders import ReportSchema
from api.incidents.schemas.phone import FeedbackOrderSchema, RefusalSchema
from api.kernel.errors import Invalid
from api.notifications.schemas.messages import AcknowledgementSchema
from api.sync.types import Command, CommandStatus

MOST_COMMANDS = 100
COMMAND_ID = validate.Regexp(r"[\x21-\x7e]{8,64}\Z")


class NothingSchema(RequestSchema):
    """A payload without fields."""


class WhereSchema(RequestSchema):
    """Where the phone was, if it knows."""

    position = PlaceField(load_default=None, allow_none=True)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """The place in WGS-84; its datum has served."""
        return {"place": data["position"][0] if data["position"] else None}


# Type -> the schema of its payload: the single request's body without what the command itself says.
PAYLOADS: Mapping[str, Schema] = {
    "offer.accept": NothingSchema(),
    "offer.decline": RefusalSchema(),
    "offer.depart": WhereSchema(),
    "offer.arrive": WhereSchema(),
    "offer.finish": WhereSchema(),
    "offer.drop_out": RefusalSchema(),
    "offer.feedback": FeedbackOrderSchema(exclude=("occurred_at",)),
    "visit.contact": VisitContactReportSchema(exclude=("client_ref", "captured_at")),
    "offer.still_coming": NothingSchema(),
    "offer.welfare": WelfareAnswerSchema(),
    "incident.report": ReportSchema(),
    "duty.on": GoOnDutySchema(),
    "duty.off": NothingSchema(),
    "message.acknowledge": AcknowledgementSchema(exclude=("occurred_at",)),
}


class SyncCommandSchema(RequestSchema):
    """One thing that was done."""

    command_id = fields.String(
        required=True,
        validate=COMMAND_ID,
        metadata={"description": "The phone's own name for it, for ever.", "example": "018f5a3e-7c1b-7d2a"},
    )
    type = fields.String(
        required=True,
        validate=validate.Length(1, 40),
        metadata={"description": "One of: " + ", ".join(PAYLOADS), "example": "offer.accept"},
    )
    target_id = fields.UUID(load_default=None, allow_none=True)
    base_version = fields.Integer(
        load_default=None,
        allow_none=True,
        strict=True,
        validate=validate.Range(0, 2**53),
        metadata={"description": "Of what is changed, the version the phone saw (offer.feedback: its revision)."},
    )
    occurred_at = fields.AwareDateTime(required=True, metadata={"description": "By the phone's clock."})
    payload = fields.Dict(
        keys=fields.String(),
        load_default=dict,
        metadata={"description": "As the single request's body.", "example": {}},
    )


class SyncCommandsSchema(RequestSchema):
    """What was done, in the order it was done."""

    sent_at = fields.AwareDateTime(
        load_default=None, allow_none=True, metadata={"description": "The phone's present time, anew with every try."}
    )
    commands = fields.List(fields.Nested(SyncCommandSchema), required=True, validate=validate.Length(1, MOST_COMMANDS))


class CommandProblemSchema(ResponseSchema):
    """Why not; `code` stands in the error catalogue."""

    code = fields.String(required=True)
    text = fields.Dict(required=True, metadata={"example": {"zh-CN": "未找到。", "en": "There is no such thing."}})
    errors = fields.List(fields.Dict())
    facts = fields.Dict(metadata={"description": "What the text is about, as with a single request."})


class CommandResultSchema(ResponseSchema):
    """What became of one command."""

    command_id = fields.String(required=True)
    status = fields.Enum(CommandStatus, by_value=True, required=True)
    state = fields.Dict(required=True, allow_none=True, metadata={"description": "The target as it is now."})
    problem = fields.Nested(CommandProblemSchema, required=True, allow_none=True)


class CommandResultsSchema(ResponseSchema):
    """A result for every command, in their order."""

    results = fields.List(fields.Nested(CommandResultSchema), required=True)


def read_payload(command: Command) -> Mapping[str, Any]:
    """The command's payload as values; raises Invalid with a pointer to each fault."""
    schema = PAYLOADS.get(command.type, NothingSchema())
    try:
        values = schema.load(dict(command.payload))
    except ValidationError as error:
        raise Invalid(issues=list(read_messages(error.messages, "/payload"))) from None
    # Some bodies become the value their service takes.
    return values if isinstance(values, dict) else {"order": values}
