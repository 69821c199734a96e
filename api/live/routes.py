"""HTTP of live: where the stream is. The stream itself is served by `workers.stream`; its routes stand here for the
contract, and for whoever asks the wrong process.
"""

from typing import Any, NoReturn

from flask import current_app

from api.http.blueprint import Blueprint
from api.http.operation import operation, public_operation
from api.identity.types import Permission
from api.live.errors import ElsewhereServed
from api.live.rules import HEARTBEAT_S, MOST_WAIT_S
from api.live.schemas import AfterQuery, PolledSchema, PollQuery, StreamAddressSchema
from api.plumbing.context import Ctx

blp = Blueprint("live", __name__, description="What has just changed.")


@blp.route("/live", methods=["GET"])
@public_operation("an address of this installation, told to anybody; holds no data")
@blp.response(200, StreamAddressSchema)
def show_address(ctx: Ctx) -> dict[str, Any]:
    """Where the event stream is

    It may have another port or host than the rest of the API.
    """
    address = current_app.extensions["gridloop.settings"].stream_address
    return {
        "stream_url": address,
        "poll_url": f"{address}/poll",
        "heartbeat_s": HEARTBEAT_S,
        "most_wait_s": MOST_WAIT_S,
    }


@blp.route("/stream", methods=["GET"])
@operation(Permission.SELF)
@blp.arguments(AfterQuery, location="query")
@blp.response(200, {"type": "string"}, content_type="text/event-stream")
@blp.alt_response(421, description="The request has reached the API instead of the stream; `facts` says where it is.")
def open_stream(ctx: Ctx, query: dict[str, Any]) -> NoReturn:
    """Be told what changes, as it changes

    Server-sent events at the address that `GET /v1/live` names; `events/asyncapi.yaml` describes them. Goes on from
    the header Last-Event-ID. Ends with the access token.
    """
    raise _elsewhere()


@blp.route("/stream/poll", methods=["GET"])
@operation(Permission.SELF)
@blp.arguments(PollQuery, location="query")
@blp.response(200, PolledSchema)
@blp.alt_response(421, description="The request has reached the API instead of the stream; `facts` says where it is.")
def poll_stream(ctx: Ctx, query: dict[str, Any]) -> NoReturn:
    """Wait for what changes

    The same events for clients that cannot hold a stream. Without `after` it answers at once with where to begin; then
    as soon as there is something, or with nothing after `wait_s`.
    """
    raise _elsewhere()


def _elsewhere() -> ElsewhereServed:
    return ElsewhereServed(stream_url=current_app.extensions["gridloop.settings"].stream_address)
