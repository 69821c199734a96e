"""What users of such systems asked for, where it is the phone's copy that must keep the promise."""

from typing import Any

from tests.sync.test_commands import asked, command, sender, statuses

__all__ = ["asked", "sender"]


def test_ask_13_submissions_out_of_order_do_not_break_records(asked, do) -> None:
    phone, offer = asked
    steps = {name: command(f"offer.{name}", offer) for name in ("accept", "depart", "arrive", "finish")}
    steps["feedback"] = command("offer.feedback", offer, outcome="resolved", text="已送医")
    shuffled = [steps[name] for name in ("feedback", "finish", "accept", "arrive", "depart")]
    first = phone.send(*shuffled)
    # What came too early is refused or waits; nothing of it is lost on the phone, which sends again what has no result.
    again = phone.send(*(each for each, result in zip(shuffled, first, strict=True) if not _settled(result)))
    last = phone.send(*shuffled)
    assert {result["status"] for result in last} <= {"duplicate", "applied", "conflict"}, (first, again, last)
    assert last[0]["state"]["state"] == "submitted"
    assert statuses(phone.send(steps["finish"]))[0] in {"duplicate", "applied"}


def _settled(result: dict[str, Any]) -> bool:
    return result["status"] in {"applied", "duplicate"}
