"""HTTP of sync."""

import gzip
from typing import Any

import orjson
from flask import Response, request

from api.http.blueprint import Blueprint
from api.http.operation import detached_operation, operation
from api.http.paging import read_cursor, write_cursor
from api.http.requests import current_request_id
from api.identity.types import Permission
from api.plumbing.context import Actor, Ctx
from api.sync import service
from api.sync.schemas.commands import CommandResultsSchema, SyncCommandsSchema, read_payload
from api.sync.schemas.pulling import ENCODE, SyncPageSchema, SyncQuery
from api.sync.schemas.watermelon import (
    COMMANDS,
    WatermelonPullSchema,
    WatermelonPushedSchema,
    WatermelonPushSchema,
    WatermelonQuery,
    pulled_tables,
    pushed_rows,
    read_rows,
)
from api.sync.types import Collection, Command, CommandStatus, Pulled

blp = Blueprint("sync", __name__, description="What a phone keeps a copy of.")
# Below this the header costs more than it saves.
_LEAST_TO_PACK = 1_000
# The library sends all it has; what is beyond this waits for its next synchronisation.
_MOST_PUSHED = 200


@blp.route("/sync", methods=["GET"])
@operation(Permission.SELF)
@blp.arguments(SyncQuery, location="query")
@blp.response(200, SyncPageSchema)
def pull(ctx: Ctx, query: dict[str, Any]) -> Response:
    """Pull what changed

    Everything of one's own without a cursor, then what changed since. Repeat while `has_more`. A cursor may be used
    again after a lost answer. With `reset` the phone forgets what it had: the cursor was too old.
    """
    token = read_cursor(query["cursor"], f"sync {ctx.actor.person}")
    page = service.pull(ctx, token, ENCODE)
    return _packed(_body(page, write_cursor(page.token, f"sync {ctx.actor.person}")))


@blp.route("/sync/commands", methods=["POST"])
@detached_operation(Permission.SELF)
@blp.arguments(SyncCommandsSchema)
@blp.response(200, CommandResultsSchema)
def send_commands(actor: Actor, body: dict[str, Any]) -> dict[str, Any]:
    """Send what was done offline

    In order, each on its own: one that is refused stops no other. Send again what has no result, or `failed`; what was
    applied before comes back as `duplicate`. Nothing is too late to be sent: whether it still holds its state decides.
    """
    commands = [Command(**each, sent_at=body["sent_at"]) for each in body["commands"]]
    return {"results": service.apply_commands(actor, commands, read_payload, request_id=current_request_id())}


@blp.route("/sync/watermelon", methods=["GET"])
@operation(Permission.SELF)
@blp.arguments(WatermelonQuery, location="query")
@blp.response(200, WatermelonPullSchema)
def pull_tables(ctx: Ctx, query: dict[str, Any]) -> Response:
    """Pull what changed, for WatermelonDB

    The same data as flat tables, all at once. The answer is what `pullChanges` returns; needs `sendCreatedAsUpdated`.
    """
    known = None if query["migrates"] else query["at_ms"]
    found = service.pull_since(ctx, known, ENCODE)
    body: dict[str, Any] = {"changes": pulled_tables(found.pages), "timestamp": found.at_ms}
    if found.anew and query["at_ms"] is not None:
        replaced = {name.value: "replacement" for name in Collection}
        body["experimentalStrategy"] = {"default": "incremental", "override": replaced}
    return _packed(orjson.dumps(body))


@blp.route("/sync/watermelon", methods=["POST"])
@detached_operation(Permission.SELF)
@blp.arguments(WatermelonPushSchema)
@blp.response(200, WatermelonPushedSchema)
def push_tables(actor: Actor, body: dict[str, Any]) -> dict[str, Any]:
    """Push what was done, from WatermelonDB

    Rows of the table `commands` are applied as commands; changes of any other table are refused as a whole. The answer
    is what `pushChanges` returns: rows that must be sent again stay changed on the phone.
    """
    rows = pushed_rows(body["changes"])
    commands, refusals = read_rows(rows[:_MOST_PUSHED], body["sent_at"])
    results = [service.reject_command(command_id, why) for command_id, why in refusals]
    results += service.apply_commands(actor, commands, read_payload, request_id=current_request_id())
    again = [each.command_id for each in results if each.status is CommandStatus.FAILED]
    waiting = [str(row.get("id")) for row in rows[_MOST_PUSHED:]]
    return {"results": results, "experimentalRejectedIds": {COMMANDS: again + waiting}}


def _body(page: Pulled, cursor: str) -> bytes:
    return orjson.dumps(
        {
            "cursor": cursor,
            "has_more": page.more,
            "reset": page.reset,
            "server_time": page.at,
            "upserts": {name.value: [orjson.Fragment(row) for row in rows] for name, rows in page.upserts.items()},
            "removals": {name.value: ids for name, ids in page.removals.items()},
        }
    )


def _packed(body: bytes) -> Response:
    response = Response(body, mimetype="application/json")
    response.headers["Vary"] = "Accept-Encoding"
    if len(body) >= _LEAST_TO_PACK and request.accept_encodings.quality("gzip") > 0:
        response.set_data(gzip.compress(body, compresslevel=5, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response
