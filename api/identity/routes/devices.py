"""One's phones, as addresses to ring."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import current_app

from api.http.operation import operation
from api.identity import service
from api.identity.errors import SubscriptionRefused
from api.identity.queries import devices_of
from api.identity.routes.blueprint import blp
from api.identity.rules.subscriptions import public_push_key, read_subscription
from api.identity.schemas import DeviceListSchema, DeviceSchema, NewDeviceSchema, PushKeySchema
from api.identity.types import DeviceView, NewDevice, Permission, PushProvider
from api.plumbing.context import Ctx
from config import Settings


@blp.route("/devices", methods=["POST"])
@operation(Permission.SELF)
@blp.arguments(NewDeviceSchema)
@blp.response(200, DeviceSchema)
def register_device(ctx: Ctx, body: dict[str, Any]) -> DeviceView:
    """Register this phone for push

    Sent at every start of the app: the same registration is refreshed, a new token replaces the old one, and a token
    that rang for somebody else rings for this account from now on.
    """
    return service.register_device(ctx, device=_checked(NewDevice(**body)))


@blp.route("/devices/push-key", methods=["GET"])
@operation(Permission.SELF)
@blp.response(200, PushKeySchema)
def show_push_key(ctx: Ctx) -> dict[str, Any]:
    """The key to subscribe to Web Push with

    What browsers call the application server key; empty where this installation sends no Web Push.
    """
    return {"key": public_push_key(_settings().webpush_vapid_key.get_secret_value())}


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


def _checked(device: NewDevice) -> NewDevice:
    """The registration with its token in the one form it is kept in."""
    if device.provider is not PushProvider.WEBPUSH:
        return device
    settings = _settings()
    found = read_subscription(device.token, stand_in=settings.webpush_base_url)
    if found is None or not settings.webpush_vapid_key.get_secret_value():
        raise SubscriptionRefused
    return replace(device, token=found.as_token())


def _settings() -> Settings:
    settings: Settings = current_app.extensions["gridloop.settings"]
    return settings
