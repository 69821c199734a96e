"""F26: slow requests hold every common connection; others are told to come back, and the short ones go through."""

import json
from uuid import UUID

import psycopg

from api.notifications.service import queue_notices
from tests.builders.identity import bearer, open_session
from tests.builders.notifications import Reachable, make_notice
from tests.faults.conftest import LONG
from tests.faults.crowds import Caller, let_live, spread
from tests.faults.running import REPORT, House, post_until
from tests.faults.test_f27_storm import seen

CONSOLES, SLOW, ACKS = (150, 50, 200) if LONG else (110, 30, 60)
ROUNDS = 5 if LONG else 2
BAR_S = 1.0


def prepare(house: House) -> tuple[dict[str, str], list[str]]:
    """A phone, and the messages it is going to acknowledge."""

    def tell(ctx) -> tuple[dict[str, str], list[str]]:
        person = house.scene.people[0].person
        somebody = Reachable(person)
        messages = [queue_notices(ctx, [make_notice(ctx, somebody)])[0] for _ in range(ACKS)]
        return bearer(open_session(ctx, person)), [str(message) for message in messages]

    return house.do(tell)


def test_f26_while_slow_requests_hold_the_pool_phones_are_answered(front: House) -> None:
    phone, messages = prepare(front)
    filed, _ = post_until(front.caller(), "/v1/incidents", REPORT, "f26")
    incident = filed.json()["id"]

    async def look(caller: Caller) -> None:
        for _ in range(ROUNDS):
            await caller.ask("look", "GET", "/v1/incidents?limit=20")

    async def send(caller: Caller) -> None:
        # Waits for the incident's row, which somebody holds, for as long as anybody waits for a lock.
        key = {"Idempotency-Key": f"f26-{id(caller)}"}
        await caller.ask("slow", "POST", f"/v1/incidents/{incident}/dispatches", json={}, headers=key)

    def acknowledge(message: str):
        async def acknowledge(caller: Caller) -> None:
            path = f"/v1/messages/{message}/acknowledgements"
            await caller.insist("ack", "POST", path, json=seen("shown", 1))
            await caller.insist("health", "GET", "/healthz/ready")

        return acknowledge

    slow = [(front.headers, send)] * SLOW
    lives = slow + spread([[(front.headers, look)] * CONSOLES, [(phone, acknowledge(message)) for message in messages]])
    url = front.system.env["GRIDLOOP_DATABASE_URL"].replace("postgresql+psycopg", "postgresql", 1)
    with psycopg.connect(url) as holder:
        holder.execute("SELECT 1 FROM incidents WHERE id = %s FOR UPDATE", (incident,))
        answers = let_live(front.system.url, lives, over_s=1.0)
    shown = front.count(
        "SELECT count(*) FROM outbox WHERE id = ANY(:ids) AND shown_at IS NOT NULL",
        ids=[UUID(message) for message in messages],
    )
    after, _ = post_until(front.caller(), f"/v1/incidents/{incident}/dispatches", {}, "f26-after")
    print(json.dumps({
        "test": "F26", "clients": len(lives), "pool": 10, **answers.table(), "without Retry-After":
        answers.without_retry_after, "ack p99_s": answers.p99("ack"), "health p99_s": answers.p99("health"),
        "look p99_s": answers.p99("look"), "acked": shown,
    }))  # fmt: skip
    # Whoever was sent away was told when to come back, and nothing else went wrong.
    assert {status for _, status in answers.statuses} <= {200, 204, 503}
    assert answers.without_retry_after == 0
    assert answers.count("slow", 503) == SLOW
    # The short ones found a connection while the others held theirs, the first time they asked.
    assert answers.count("ack", 503) + answers.count("health", 503) == 0
    assert (answers.count("ack", 204), answers.count("health", 200), shown) == (ACKS, ACKS, ACKS)
    assert after.status_code == 201
    if LONG:  # the short form shares its machine
        assert max(answers.p99("ack"), answers.p99("health")) < BAR_S
