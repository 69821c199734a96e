"""The headers of a push message: who sends it, for how long, how loud. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from workers.sandbox.webpush.errors import PushRefusal
from workers.sandbox.webpush.subscriptions import decode

LONGEST_TOKEN_S = 86_400
_VAPID = re.compile(r"vapid t=([\w-]+\.[\w-]+\.[\w-]+),\s?k=([\w-]+)\Z")
_TOPIC = re.compile(r"[\w-]{1,32}\Z")
_URGENCIES = ("very-low", "low", "normal", "high")
_CONTACT = re.compile(r"mailto:[^@\s]+@[^@\s]+\Z|https://\S+\Z")


@dataclass(frozen=True)
class Wish:
    """What the headers ask for."""

    ttl_s: int
    urgency: str
    topic: str | None


def read_wish(headers: Mapping[str, str]) -> Wish:
    """TTL, Urgency and Topic, checked; and that the body is said to be encrypted."""
    ttl = headers.get("TTL", "")
    if not re.fullmatch(r"\d{1,8}", ttl):
        raise PushRefusal(400, "TTL")
    urgency, topic = headers.get("Urgency", "normal"), headers.get("Topic")
    if urgency not in _URGENCIES:
        raise PushRefusal(400, "Urgency")
    if topic is not None and not _TOPIC.match(topic):
        raise PushRefusal(400, "Topic")
    if headers.get("Content-Encoding") != "aes128gcm":
        raise PushRefusal(400, "Content-Encoding")
    return Wish(int(ttl), urgency, topic)


def read_sender(authorization: str, origin: str, now: float) -> str:
    """The sender's key, proved by a token for this server that ends within a day."""
    found = _VAPID.match(authorization)
    if found is None:
        raise PushRefusal(401, "no VAPID")
    token, key = found.groups()
    try:
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decode(key))
        claims = jwt.decode(
            token, public, algorithms=["ES256"], audience=origin, options={"require": ["exp", "aud", "sub"]}
        )
    except (ValueError, jwt.InvalidTokenError) as error:
        raise PushRefusal(403, f"token: {type(error).__name__}") from None
    if claims["exp"] > now + LONGEST_TOKEN_S:
        raise PushRefusal(403, "token: good for too long")
    if not _CONTACT.match(claims["sub"]):
        raise PushRefusal(403, "token: no contact")
    return key
