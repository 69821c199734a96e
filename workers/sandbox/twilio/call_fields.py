"""Check the parameters of a new call against the extract of Twilio's OpenAPI document. Pure."""

from collections.abc import Mapping
from typing import Any

from workers.sandbox.twilio.errors import TwilioRefusal
from workers.sandbox.twilio.fields import check_number, check_sender, check_url

Json = dict[str, Any]
MAX_TIMEOUT = 600
_SIMULATED = frozenset({
    "To", "From", "Url", "Method", "StatusCallback", "StatusCallbackEvent", "StatusCallbackMethod", "Timeout",
    "TimeLimit",
})  # fmt: skip


def check_call(parameters: Mapping[str, str], sender: str, events: list[str]) -> None:
    """What the document says in words about a call; `sender` is the account's number, or empty."""
    for name in parameters:
        if name not in _SIMULATED:
            raise TwilioRefusal(20001, f"{name} is not simulated by this stand-in")
    if not parameters.get("To"):
        raise TwilioRefusal(21201)
    if not parameters.get("From"):
        raise TwilioRefusal(21603)
    if not parameters.get("Url"):
        raise TwilioRefusal(21205, "Url")
    check_sender(parameters["From"], sender)
    check_number(parameters["To"])
    check_url(parameters["Url"], 21205)
    if "StatusCallback" in parameters:
        check_url(parameters["StatusCallback"], 21609)
    unknown = set(parameters.get("StatusCallbackEvent", "").split()) - set(events)
    if unknown:
        raise TwilioRefusal(21626, " ".join(sorted(unknown)))
    if not 1 <= int(parameters.get("Timeout", "60")) <= MAX_TIMEOUT:
        raise TwilioRefusal(20001, "Timeout")
