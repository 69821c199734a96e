"""Optimistic edits: the version a person saw comes back in If-Match. Large answers: what a client has comes back in
If-None-Match."""

import hashlib
import re
from collections.abc import Callable
from typing import Any

from flask import Response as FlaskResponse
from flask import after_this_request, request
from werkzeug.wrappers import Response

from api.kernel.errors import StaleVersion, VersionRequired


def require_match(version: int) -> None:
    """Raise VersionRequired without If-Match, StaleVersion when it names another version than `version`."""
    offered = request.headers.get("If-Match", "")
    if not offered:
        raise VersionRequired
    if str(version) not in re.findall(r'"(\d+)"', offered):
        raise StaleVersion


def matched_version() -> int:
    """The version the caller saw, for a conditional UPDATE; raises VersionRequired without a usable If-Match."""
    found = re.fullmatch(r'(?:W/)?"(\d+)"', request.headers.get("If-Match", "").strip())
    if not found:
        raise VersionRequired
    return int(found.group(1))


def set_etag(version: int) -> None:
    """Send `version` as the answer's ETag."""

    @after_this_request
    def _(response: Response) -> Response:
        response.headers["ETag"] = f'"{version}"'
        return response


def tag_of(*values: Any) -> str:
    """A tag that is another one as soon as any of these values is."""
    return hashlib.sha256(repr(values).encode()).hexdigest()[:32]


def answer_unless_known(tag: str, make: Callable[[], FlaskResponse]) -> FlaskResponse:
    """304 when the caller has the answer with this tag already; else what `make` makes, tagged."""
    response = FlaskResponse(status=304) if request.if_none_match.contains(tag) else make()
    response.set_etag(tag)
    # Private: it is a station's own. No-cache: kept, but asked about each time.
    response.headers["Cache-Control"] = "private, no-cache"
    return response
