"""Which app is too old, decided without a framework: the API and the process that holds the streams ask the same."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from api.kernel.errors import DomainError, Kind

HEADER = "X-App-Version"
# A build or a pre-release behind the numbers is of that version.
_OFFERED = re.compile(r"([A-Za-z0-9._-]{1,60})/(\d{1,9}(?:\.\d{1,9}){0,3})(?:[-+][A-Za-z0-9.+-]{1,60})?")


class AppTooOld(DomainError):
    """The app is older than what this server still understands."""

    code, kind = "app_too_old", Kind.OUTDATED
    zh = "应用版本过旧，请更新到 {minimum} 或更高版本：{link}"
    en = "This version of the app is too old; update to {minimum} or newer: {link}"


class AppMinimum(NamedTuple):
    """The oldest version of an app that may talk to this server, and where a newer one is."""

    name: str
    minimum: str
    link: str


def read_minimums(minimum_apps: str) -> dict[str, AppMinimum]:
    """App's name -> its minimum, of the setting's text (checked by the settings)."""
    found = {}
    for part in filter(None, (part.strip() for part in minimum_apps.split(","))):
        app, link = part.split("=", 1)
        name, minimum = app.split("/", 1)
        found[name] = AppMinimum(name, minimum, link)
    return found


def missed_minimum(offered: str, minimums: Mapping[str, AppMinimum]) -> AppMinimum | None:
    """The minimum that the app of this header is below; None for any other, or no, or an unreadable header."""
    read = _OFFERED.fullmatch(offered)
    wanted = minimums.get(read[1]) if read else None
    if read is None or wanted is None or _numbers(read[2]) >= _numbers(wanted.minimum):
        return None
    return wanted


def _numbers(version: str) -> tuple[int, ...]:
    """`2.4` and `2.4.0` are the same."""
    numbers = [int(part) for part in version.split(".")]
    return tuple(numbers + [0] * (4 - len(numbers)))
