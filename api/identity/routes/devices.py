"""One's phones, as addresses to ring."""

from typing import Any
from uuid import UUID

from api.http.operation import operation
from api.identity import service
from api.identity.queries import devices_of
from api.identity.routes.blueprint import blp
from api.identity.schemas import DeviceListSchema, DeviceSchema, NewDeviceSchema
from api.identity.types import DeviceView, NewDevice, Permission
from api.plumbing.context import Ctx


@blp.route("/devices", methods=["POST"])
@operation(Permission.SELF)
@blp.arguments(NewDeviceSchema)
@blp.response(200, DeviceSchema)
def register_device(ctx: Ctx, body: dict[str, Any]) -> DeviceView:
    """Register this phone for push

    Sent at every start of the app: the same registration is refreshed, a new token replaces the old one, and a token
    that rang for somebody else rings for this account from now on.
    """
    return service.register_device(ctx, device=NewDevice(**body))


@blp.route("/devices", methods=["GET"])
@operation(Permission.SELF)
@blp.response(200, DeviceListSchema)
def list_devices(ctx: Ctx) -> dict[str, Any]:
    """One's registered phones

    The last seen first.
    """
    return {"items": devices_of(ctx.session, ctx.actor.person)}


@blp.route("/devices/<uuid:device_id>", methods=["DELETE"])
@operation(Permission.SELF)
@blp.response(204)
def remove_device(ctx: Ctx, device_id: UUID) -> None:
    """Stop push to one phone

    One of one's own; its session stays.
    """
    service.remove_device(ctx, device_id=device_id)
