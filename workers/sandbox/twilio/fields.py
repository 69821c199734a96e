"""Check request parameters against the extract of Twilio's OpenAPI document. Pure."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import phonenumbers

from workers.sandbox.twilio.errors import TwilioRefusal

Json = dict[str, Any]
MAX_BODY = 1600
MAX_VALIDITY = 36_000

_E164 = re.compile(r"\+[1-9]\d{6,14}\Z")
_SENDER = re.compile(r"\+[1-9]\d{6,14}\Z|\d{3,8}\Z|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}\Z")
_HOST = re.compile(r"[A-Za-z0-9\-.:\[\]]+\Z")
_INTEGER = re.compile(r"-?\d{1,18}\Z")
_NUMBER = re.compile(r"-?\d+(\.\d+)?\Z")
_NOT_SIMULATED = (
    "ApplicationSid",
    "ContentSid",
    "ContentVariables",
    "FallbackFrom",
    "MediaUrl",
    "MessagingServiceSid",
    "PersistentAction",
    "ScheduleType",
    "SendAsMms",
    "SendAt",
    "ShortenUrls",
)


def read_parameters(specs: Mapping[str, Json], given: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The parameters by name; an unknown, doubled or ill-formed one is refused."""
    result: dict[str, str] = {}
    for name, value in given:
        spec = specs.get(name)
        if spec is None:
            raise TwilioRefusal(20001, name)
        if name in result and spec["type"] != "array":
            raise TwilioRefusal(20001, f"{name} is given twice")
        if not _fits(spec, value):
            raise TwilioRefusal(_CODES.get(name, 20001), f"{name}: {value}")
        # A list comes as its parameter repeated.
        result[name] = f"{result[name]} {value}" if name in result else value
    return result


def check_message(parameters: Mapping[str, str], sender: str) -> None:
    """What the document says in words about a message; `sender` is the account's, or empty."""
    for name in _NOT_SIMULATED:
        if name in parameters:
            raise TwilioRefusal(20001, f"{name} is not simulated by this stand-in")
    if not parameters.get("To"):
        raise TwilioRefusal(21604)
    if not parameters.get("From"):
        raise TwilioRefusal(21603)
    if not parameters.get("Body"):
        raise TwilioRefusal(21602)
    if len(parameters["Body"]) > MAX_BODY:
        raise TwilioRefusal(21617)
    check_sender(parameters["From"], sender)
    _check_recipient(parameters["To"])
    _check_validity(parameters.get("ValidityPeriod"))
    if "StatusCallback" in parameters:
        check_url(parameters["StatusCallback"], 21609)


def check_sender(given: str, own: str) -> None:
    """The account's own number, or any well-formed sender when the account has none."""
    if not _SENDER.match(given):
        raise TwilioRefusal(21212, given)
    if own and given != own:
        raise TwilioRefusal(21606, given)


def check_number(number: str) -> phonenumbers.PhoneNumber:
    """A number that can exist, in E.164."""
    if not _E164.match(number):
        raise TwilioRefusal(21211, number)
    parsed = phonenumbers.parse(number)
    if not phonenumbers.is_possible_number(parsed):
        raise TwilioRefusal(21211, number)
    return parsed


def _check_recipient(number: str) -> None:
    parsed = check_number(number)
    if phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.FIXED_LINE:
        raise TwilioRefusal(21614, number)


def _check_validity(period: str | None) -> None:
    if period is not None and not 1 <= int(period) <= MAX_VALIDITY:
        raise TwilioRefusal(21624, period)


def check_url(url: str, code: int) -> None:
    """An address Twilio can call; else a refusal with this code."""
    parts = urlsplit(url)
    # The document: a valid hostname, and no underscores in it.
    if parts.scheme not in ("http", "https") or not _HOST.match(parts.netloc):
        raise TwilioRefusal(code, url)


def _fits(spec: Json, value: str) -> bool:
    if "enum" in spec:
        return value in spec["enum"]
    if "pattern" in spec and not re.search(spec["pattern"], value):
        return False
    if spec["type"] == "integer":
        return bool(_INTEGER.match(value)) and _in_range(spec, int(value))
    if spec["type"] == "number":
        return bool(_NUMBER.match(value))
    if spec["type"] == "boolean":
        return value in ("true", "false")
    if spec.get("format") == "date-time":
        return parse_moment(value) is not None
    return True


def _in_range(spec: Json, value: int) -> bool:
    return bool(spec.get("minimum", value) <= value <= spec.get("maximum", value))


def parse_moment(text: str) -> datetime | None:
    """A date or a date and time in ISO 8601; None if it is neither."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


_CODES = {"ValidityPeriod": 21624}
