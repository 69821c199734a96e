"""What a phone shows of what arrived: the words of a push, a text, or that it rang."""

from api.cockpit.types import Arrival, Shown

PUSHERS = frozenset({"fcm", "webpush"})


def message_id_of(arrival: Arrival) -> str:
    """The id a push carries; empty for a text or a call, which name the number instead."""
    return str(_data(arrival).get("msg_id", "")) if arrival.stand_in in PUSHERS else ""


def shown_of(arrival: Arrival) -> Shown | None:
    """The message as the phone shows it; None for a push that shows nothing."""
    name, at, message = arrival.stand_in, arrival.at, arrival.message
    if name in PUSHERS:
        data = _data(arrival)
        words = message.get("notification") or data
        if not words.get("body"):
            return None
        return Shown("push", name, at, str(words.get("title", "")), str(words["body"]), str(data.get("type", "")))
    if message.get("kind") == "call":
        return Shown("call", name, at, "", "", "")
    return Shown("text", name, at, "", str(message.get("body", "")), "")


def _data(arrival: Arrival) -> dict[str, object]:
    return arrival.message.get("data") or arrival.message
