"""The wire of WatermelonDB's `synchronize()`: tables of flat rows, numbers for times, everything at once."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load, validate

from api.disputes.schemas.copies import DisputeCopySchema
from api.followups.schemas import VisitSchema
from api.http.errors import read_messages
from api.http.schemas import RequestSchema, ResponseSchema
from api.incidents.schemas.phone import OfferSchema
from api.kernel.errors import Invalid
from api.notices.schemas import OwnNoticeSchema
from api.sync.errors import NotPushable
from api.sync.schemas.commands import COMMAND_ID, CommandResultSchema
from api.sync.schemas.pulling import ReferenceSchema
from api.sync.types import Collection, Command, Pulled

COMMANDS = "commands"
_ROWS: Mapping[Collection, Schema] = {
    Collection.OFFERS: OfferSchema(),
    Collection.VISITS: VisitSchema(),
    Collection.NOTICES: OwnNoticeSchema(),
    Collection.CASES: DisputeCopySchema(),
    Collection.REFERENCE: ReferenceSchema(),
}
_NESTED = (fields.Nested, fields.List, fields.Dict)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# What no phone's clock shows, and still a time.
_LATEST_MS = 7_258_118_400_000


def _number(value: str | None) -> int | None:
    return int(value) if value and value.isdigit() else None


class WatermelonQuery(RequestSchema):
    """What `pullChanges` is given, as text: `null` where JavaScript writes it so."""

    last_pulled_at = fields.String(
        load_default=None,
        validate=validate.Regexp(r"(null|undefined|\d{1,15})?\Z"),
        metadata={"description": "The `timestamp` of the last pull; nothing or `null` the first time.", "example": "0"},
    )
    schema_version = fields.String(load_default=None, validate=validate.Length(max=20))
    migration = fields.String(
        load_default=None,
        validate=validate.Length(max=10_000),
        metadata={
            "description": "As JSON; with one, everything is sent again, for the new columns.",
            "example": "null",
        },
    )

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """The number to go on from; none when the app's tables are new."""
        migrates = data["migration"] not in (None, "", "null", "undefined")
        return {"at_ms": _number(data["last_pulled_at"]) or None, "migrates": migrates}


class WatermelonTableSchema(ResponseSchema):
    """What changed in one table; rows are flat, and all of them in `updated`."""

    created = fields.List(fields.Dict(), required=True)
    updated = fields.List(fields.Dict(), required=True)
    deleted = fields.List(fields.String(), required=True)


class WatermelonPullSchema(ResponseSchema):
    """What `pullChanges` returns, as it is."""

    changes = fields.Dict(keys=fields.String(), values=fields.Nested(WatermelonTableSchema), required=True)
    timestamp = fields.Integer(
        required=True, metadata={"description": "Means nothing; send it back.", "format": "int64"}
    )
    experimentalStrategy = fields.Dict(  # noqa: N815 - the library's name
        metadata={"description": "Where the tables are to be replaced: the last pull was too long ago."}
    )


class WatermelonPushedTableSchema(RequestSchema):
    """What the phone changed in one table."""

    created = fields.List(fields.Dict(), load_default=list)
    updated = fields.List(fields.Dict(), load_default=list)
    deleted = fields.List(fields.String(), load_default=list)


class WatermelonPushSchema(RequestSchema):
    """What `pushChanges` is given. Only the table `commands` may hold changes."""

    changes = fields.Dict(keys=fields.String(), values=fields.Nested(WatermelonPushedTableSchema), required=True)
    last_pulled_at = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(0, _LATEST_MS))
    sent_at = fields.Integer(
        load_default=None,
        allow_none=True,
        validate=validate.Range(0, _LATEST_MS),
        metadata={"description": "The phone's present time, `Date.now()`."},
    )


class WatermelonCommandSchema(RequestSchema):
    """One row of `commands`. Columns of the app's own (`_status`, what it was answered) are its own business."""

    class Meta:
        """Unlike anywhere else, what is not known is left out: the library adds columns, and so may the app."""

        unknown = EXCLUDE

    id = fields.String(required=True, validate=COMMAND_ID)
    type = fields.String(required=True, validate=validate.Length(1, 40))
    target_id = fields.String(load_default=None, allow_none=True)
    base_version = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(0, 2**53))
    occurred_at = fields.Integer(required=True, validate=validate.Range(0, _LATEST_MS))
    payload = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=50_000))

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Command:
        """The command, not sent yet; a column without a value is empty text in these tables."""
        target = fields.UUID(allow_none=True).deserialize(data["target_id"] or None, "target_id")
        at, payload = _moment(data["occurred_at"]), _object(data["payload"])
        return Command(data["id"], data["type"], target, at, None, payload, data["base_version"])


class WatermelonPushedSchema(ResponseSchema):
    """What `pushChanges` returns, as it is: rows that must be sent again stay changed. `results` is for the app."""

    results = fields.List(fields.Nested(CommandResultSchema), required=True)
    experimentalRejectedIds = fields.Dict(  # noqa: N815 - the library's name
        keys=fields.String(), values=fields.List(fields.String()), required=True
    )


_COMMAND = WatermelonCommandSchema()


def pulled_tables(pages: Iterable[Pulled]) -> dict[str, dict[str, list[Any]]]:
    """The changes of all pages together, table by table; what came last holds."""
    rows: dict[str, dict[str, Any]] = {name.value: {} for name in Collection}
    for page in pages:
        for name, ids in page.removals.items():
            rows[name].update({str(row_id): None for row_id in ids})
        for name, found in page.upserts.items():
            rows[name].update({row["id"]: row for row in (flat_row(name, each) for each in found)})
    return {
        name: {
            "created": [],
            "updated": [row for row in each.values() if row is not None],
            "deleted": [row_id for row_id, row in each.items() if row is None],
        }
        for name, each in rows.items()
    }


def flat_row(collection: Collection, row: bytes) -> dict[str, Any]:
    """A row whose times are numbers and whose nested values are text in JSON."""
    known = _ROWS[collection].fields
    return {name: _flat(known[name], value) for name, value in orjson.loads(row).items()}


def _flat(field: fields.Field, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(field, fields.AwareDateTime):
        return (datetime.fromisoformat(value) - _EPOCH) // timedelta(milliseconds=1)
    return orjson.dumps(value).decode() if isinstance(field, _NESTED) else value


def pushed_rows(changes: Mapping[str, Mapping[str, Sequence[Any]]]) -> list[dict[str, Any]]:
    """The rows of `commands`, in the order they were written; raises NotPushable for changes of any other table."""
    for table, changed in changes.items():
        if table != COMMANDS and any(changed.values()):
            raise NotPushable(table=table[:40])
    mine = changes.get(COMMANDS, {})
    # One that was applied and that the app marked since comes again, and is the same one. One the app deleted is done.
    return sorted([*mine.get("created", ()), *mine.get("updated", ())], key=_written_at)


def _written_at(row: Mapping[str, Any]) -> float:
    at = row.get("occurred_at")
    return at if isinstance(at, int | float) else 0


def read_rows(
    rows: Iterable[dict[str, Any]], sent_at_ms: int | None
) -> tuple[list[Command], list[tuple[str, Invalid]]]:
    """Rows of `commands` as commands, and those that are none with the reason: one of them must not stop the others."""
    sent_at = None if sent_at_ms is None else _moment(sent_at_ms)
    commands, refusals = [], []
    for row in rows:
        try:
            commands.append(replace(_COMMAND.load(row), sent_at=sent_at))
        except ValidationError as error:
            issues = list(read_messages(error.messages, "/row"))
            refusals.append((str(row.get("id"))[:64], Invalid(issues=issues)))
    return commands, refusals


def _moment(at_ms: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=at_ms)


def _object(text: str | None) -> dict[str, Any]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ValidationError("须为 JSON 对象。 | This must be a JSON object.", "payload")
    return found
