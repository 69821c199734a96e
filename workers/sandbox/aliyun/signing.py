"""The check of a request's signature, version 3. Pure."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote

from workers.sandbox.aliyun.errors import AliyunRefusal

ALGORITHM = "ACS3-HMAC-SHA256"
OFF_BY_S = 900.0
_PARTS = re.compile(rf"{ALGORITHM} Credential=([^,\s]+),\s?SignedHeaders=([a-z0-9;-]+),\s?Signature=([0-9a-f]{{64}})\Z")
_NEEDED = ("host", "x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce", "x-acs-version")


def check_signature(
    key: tuple[str, str], request: tuple[str, str, str, bytes], headers: Mapping[str, str], now: float
) -> None:
    """Refuse what is not signed with this key, over everything, now. `request`: method, path, raw query, body."""
    method, path, query, body = request
    found = _PARTS.match(headers.get("authorization", ""))
    if found is None:
        raise AliyunRefusal("IncompleteSignature", 400)
    key_id, names, signature = found.groups()
    if not hmac.compare_digest(key_id, key[0]):
        raise AliyunRefusal("InvalidAccessKeyId.NotFound", 404)
    _check_headers(names.split(";"), headers)
    if hashlib.sha256(body).hexdigest() != headers["x-acs-content-sha256"]:
        raise AliyunRefusal("SignatureDoesNotMatch", 400)
    _check_date(headers["x-acs-date"], now)
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in names.split(";"))
    hashed = headers["x-acs-content-sha256"]
    text = "\n".join((method, quote(path, safe="/-_.~"), _canonical(query), lines, names, hashed))
    to_sign = f"{ALGORITHM}\n{hashlib.sha256(text.encode()).hexdigest()}"
    right = hmac.new(key[1].encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(right, signature):
        raise AliyunRefusal("SignatureDoesNotMatch", 400)


def _check_headers(names: list[str], headers: Mapping[str, str]) -> None:
    if names != sorted(set(names)):
        raise AliyunRefusal("IncompleteSignature", 400)
    signable = {name for name in headers if name.startswith("x-acs-") or name in ("host", "content-type")}
    if missing := {*_NEEDED} - set(headers):
        raise AliyunRefusal(f"Missing{min(missing)}", 400)
    if not signable <= set(names) or not set(names) <= set(headers):
        raise AliyunRefusal("IncompleteSignature", 400)


def _check_date(text: str, now: float) -> None:
    try:
        moment = datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise AliyunRefusal("InvalidTimeStamp.Format", 400) from None
    if abs(moment.timestamp() - now) > OFF_BY_S:
        raise AliyunRefusal("InvalidTimeStamp.Expired", 400)


def _canonical(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
    escaped = sorted((quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in pairs)
    return "&".join(f"{name}={value}" for name, value in escaped)
