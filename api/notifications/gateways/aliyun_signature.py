"""Alibaba Cloud's request signature, version 3 (ACS3-HMAC-SHA256), for calls without a body."""

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import quote

ALGORITHM = "ACS3-HMAC-SHA256"
EMPTY_BODY = hashlib.sha256(b"").hexdigest()


def canonical_query(parameters: Mapping[str, str]) -> str:
    """The query as it is signed and sent: sorted, everything but RFC 3986's unreserved characters escaped."""
    pairs = sorted((_escape(name), _escape(value)) for name, value in parameters.items())
    return "&".join(f"{name}={value}" for name, value in pairs)


def authorization(key: tuple[str, str], method: str, query: str, headers: Mapping[str, str]) -> str:
    """The Authorization header over the path "/", the query and these headers (names in lower case).

    `key`: the access key's id and its secret.
    """
    key_id, secret = key
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in sorted(headers))
    request = "\n".join((method, "/", query, lines, names, headers["x-acs-content-sha256"]))
    text = f"{ALGORITHM}\n{hashlib.sha256(request.encode()).hexdigest()}"
    signature = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    return f"{ALGORITHM} Credential={key_id},SignedHeaders={names},Signature={signature}"


def _escape(text: str) -> str:
    return quote(text, safe="-_.~")
