"""F27: everybody opens the push about one thing within seconds; each acknowledgement counts, none waits for another."""

import json
from datetime import UTC, datetime
from typing import Any

from api.notifications.service import queue_notices
from tests.builders.grids import make_station
from tests.builders.identity import bearer, open_session
from tests.builders.notifications import make_notice, make_reachable
from tests.faults.conftest import LONG
from tests.faults.crowds import Caller, let_live
from tests.faults.running import House

# A station has 359 people; the long form is ten thousand.
PHONES, WITHIN_S = (10_000, 5.0) if LONG else (359, 2.0)
BAR_S = 0.5
SEEN = "SELECT count(*) FROM outbox WHERE subject_id = :about AND delivered_at IS NOT NULL AND shown_at IS NOT NULL"


def tell_everybody(ctx) -> tuple[str, list[tuple[dict[str, str], str]]]:
    """One task, and for everybody the headers of their phone and their message's id."""
    place, about = make_station(ctx), ctx.new_id()
    people = [make_reachable(ctx, place, phones=0) for _ in range(PHONES)]
    told = queue_notices(ctx, [make_notice(ctx, somebody, subject_id=about) for somebody in people])
    owners = [(bearer(open_session(ctx, p.person)), str(message)) for p, message in zip(people, told, strict=True)]
    return str(about), owners


def seen(kind: str, number: int) -> dict[str, Any]:
    """What a phone says it did with a message, just now."""
    return {"kind": kind, "client_seq": number, "occurred_at": datetime.now(UTC).isoformat()}


def test_f27_every_phone_of_a_storm_is_heard(front: House) -> None:
    about, phones = front.do(tell_everybody)

    def open_push(message: str):
        async def open_push(caller: Caller) -> None:
            path = f"/v1/messages/{message}/acknowledgements"
            await caller.insist("ack", "POST", path, json=seen("received", 1))
            found = await caller.insist("inbox", "GET", "/v1/inbox?limit=5")
            assert [item["id"] for item in found["items"]] == [message]
            await caller.insist("ack", "POST", path, json=seen("shown", 2))

        return open_push

    lives = [(headers, open_push(message)) for headers, message in phones]
    answers = let_live(front.system.url, lives, over_s=WITHIN_S)
    told = front.count(SEEN, about=about)
    print(json.dumps({
        "test": "F27", "phones": PHONES, "within_s": WITHIN_S, **answers.table(), "seen": told,
        "ack p50_s": answers.p99("ack", below=0.5), "ack p99_s": answers.p99("ack"),
        "inbox p99_s": answers.p99("inbox"),
    }))  # fmt: skip
    assert told == PHONES
    assert {status for _, status in answers.statuses} <= {200, 204, 503}
    if LONG:  # the short form shares its machine
        assert answers.count("ack", 503) + answers.count("inbox", 503) == 0
