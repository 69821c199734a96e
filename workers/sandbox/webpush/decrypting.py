"""The decryption a phone does: RFC 8188 (aes128gcm) with the keys of RFC 8291. Pure."""

import hashlib
import hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from workers.sandbox.webpush.errors import PushRefusal
from workers.sandbox.webpush.subscriptions import Phone

_HEADER, _POINT, _TAG = 21, 65, 16
LAST_RECORD = 2


def decrypt(body: bytes, phone: Phone) -> bytes:
    """The message of a body; a refusal when it was not encrypted for this phone."""
    if len(body) < _HEADER + _POINT + _TAG + 1:
        raise PushRefusal(400, "too short")
    salt, size, length = body[:16], int.from_bytes(body[16:20]), body[20]
    sender, record = body[_HEADER : _HEADER + length], body[_HEADER + length :]
    if length != _POINT or size < 18 or len(record) > size:
        raise PushRefusal(400, "not one record with the sender's key")
    try:
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
    except ValueError:
        raise PushRefusal(400, "the sender's key is no point") from None
    shared = phone.private.exchange(ec.ECDH(), theirs)
    info = b"WebPush: info\0" + phone.public + sender
    secret = _expand(_extract(phone.auth, shared), info, 32)
    seed = _extract(salt, secret)
    key, nonce = (
        _expand(seed, f"Content-Encoding: {what}\0".encode(), n) for what, n in (("aes128gcm", 16), ("nonce", 12))
    )
    try:
        padded = AESGCM(key).decrypt(nonce, record, None).rstrip(b"\0")
    except InvalidTag:
        raise PushRefusal(400, "not for this subscription") from None
    if not padded or padded[-1] != LAST_RECORD:
        raise PushRefusal(400, "the record does not end")
    return padded[:-1]


def _extract(salt: bytes, secret: bytes) -> bytes:
    return hmac.digest(salt, secret, hashlib.sha256)


def _expand(key: bytes, info: bytes, length: int) -> bytes:
    # One block is all that is ever asked for.
    return hmac.digest(key, info + b"\1", hashlib.sha256)[:length]
