"""The wall of simulated phones, for an installation that demonstrates: what stand-ins would have carried to people."""

from typing import Any

from flask import Response, current_app, jsonify

from api.cockpit import service
from api.cockpit.routes.blueprint import blp
from api.cockpit.types import StandIn
from api.http.operation import detached_operation
from api.http.requests import current_request_id
from api.identity.types import Permission
from api.kernel.errors import NotFound
from api.plumbing.context import Actor
from config import Settings


@blp.route("/phones/messages", methods=["GET"])
@detached_operation(Permission.MESSAGE_READ)
def show_phones(actor: Actor) -> Response:
    """What arrived on each simulated phone; there is no such thing where real people are reached."""
    stand_ins = stand_ins_of(current_app.extensions["gridloop.settings"])
    if not stand_ins:
        raise NotFound
    screens = service.show_wall(actor, stand_ins, request_id=current_request_id())
    return jsonify(phones=screens)


def stand_ins_of(known: Settings) -> list[StandIn]:
    """The stand-ins of a demonstration; none of anything else, whatever its providers' addresses are."""
    names: dict[str, Any] = {
        "fcm": known.fcm_base_url,
        "webpush": known.webpush_base_url,
        "twilio": known.twilio_base_url,
        "aliyun": known.aliyun_base_url,
    }
    key = known.sandbox_control_key.get_secret_value()
    return [StandIn(name, url.rstrip("/"), key) for name, url in names.items() if url and known.demo]
