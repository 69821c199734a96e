"""Which gateways this installation has, by its settings."""

from api.notifications.gateways.aliyun_sms import AliyunGateway
from api.notifications.gateways.fcm import FcmGateway
from api.notifications.gateways.fcm_http2 import FcmHttp2Gateway
from api.notifications.gateways.port import DEADLINE_S, Gateway, Unconfigured
from api.notifications.gateways.twilio_sms import TwilioGateway
from api.notifications.gateways.twilio_voice import TwilioVoice
from api.notifications.gateways.webpush import WebPushGateway
from api.notifications.types import Channel, Provider
from config import Settings

Gateways = dict[Channel, dict[Provider, Gateway]]


def build_gateways(settings: Settings, *, deadline_s: float = DEADLINE_S) -> Gateways:
    """The gateways of each channel; without credentials, one that refuses everything and says so in the log."""
    return {
        Channel.PUSH: {Provider.FCM: _fcm(settings, deadline_s)},
        Channel.WEBPUSH: {Provider.WEBPUSH: _webpush(settings, deadline_s)},
        Channel.SMS: _texting(settings, deadline_s),
        Channel.VOICE: {Provider.TWILIO: _calling(settings, deadline_s)},
    }


def _fcm(settings: Settings, deadline_s: float) -> Gateway:
    if settings.fcm_credentials:
        kind = FcmGateway if settings.fcm_transport == "sdk" else FcmHttp2Gateway
        return kind(settings.fcm_credentials, settings.fcm_base_url, deadline_s=deadline_s)
    return Unconfigured(Provider.FCM)


def _webpush(settings: Settings, deadline_s: float) -> Gateway:
    key = settings.webpush_vapid_key.get_secret_value()
    if not key:
        # Only phones that subscribed while there was a key are rung here; they do not wait for it to come back.
        return Unconfigured(Provider.WEBPUSH, resting=False)
    return WebPushGateway(key, settings.webpush_contact, settings.webpush_base_url, deadline_s=deadline_s)


def _calling(settings: Settings, deadline_s: float) -> Gateway:
    secret = settings.twilio_auth_token.get_secret_value()
    if settings.twilio_account_sid and secret and settings.twilio_from:
        account = (settings.twilio_account_sid, secret)
        return TwilioVoice(account, settings.twilio_from, settings.twilio_base_url, deadline_s=deadline_s)
    return Unconfigured(Provider.TWILIO)


def _texting(settings: Settings, deadline_s: float) -> dict[Provider, Gateway]:
    found: dict[Provider, Gateway] = {}
    secret = settings.twilio_auth_token.get_secret_value()
    if settings.twilio_account_sid and secret and settings.twilio_from:
        account = (settings.twilio_account_sid, secret)
        found[Provider.TWILIO] = TwilioGateway(
            account, settings.twilio_from, settings.twilio_base_url, deadline_s=deadline_s
        )
    secret = settings.aliyun_access_key_secret.get_secret_value()
    if settings.aliyun_access_key_id and secret:
        key = (settings.aliyun_access_key_id, secret)
        found[Provider.ALIYUN] = AliyunGateway(key, settings.aliyun_base_url, deadline_s=deadline_s)
    return found or {Provider.TWILIO: Unconfigured(Provider.TWILIO)}
