"""Which gateways this installation has, by its settings."""

from api.notifications.gateways.fcm import FcmGateway
from api.notifications.gateways.port import DEADLINE_S, Gateway, Unconfigured
from api.notifications.gateways.twilio_sms import TwilioGateway
from api.notifications.types import Channel, Provider
from config import Settings


def build_gateways(settings: Settings, *, deadline_s: float = DEADLINE_S) -> dict[Channel, Gateway]:
    """One gateway per channel; one that has no credentials refuses everything and says so in the log."""
    push: Gateway = Unconfigured(Provider.FCM)
    if settings.fcm_credentials:
        push = FcmGateway(settings.fcm_credentials, settings.fcm_base_url, deadline_s=deadline_s)
    sms: Gateway = Unconfigured(Provider.TWILIO)
    secret = settings.twilio_auth_token.get_secret_value()
    if settings.twilio_account_sid and secret and settings.twilio_from:
        account = (settings.twilio_account_sid, secret)
        sms = TwilioGateway(account, settings.twilio_from, settings.twilio_base_url, deadline_s=deadline_s)
    return {Channel.PUSH: push, Channel.SMS: sms}
