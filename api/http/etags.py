"""Optimistic edits: the version a person saw comes back in If-Match."""

import re

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
