"""F12: dead tokens, wrong numbers and people who want no texts: tried once, and the next way taken for everybody."""

import random

from tests.faults.conftest import LONG
from tests.faults.sending import reached, tell, tell_counts, wait_for_end
from tests.pusher.conftest import Station

EACH, SEED = (1_000, 12) if LONG else (120, 12)
RETRIED = """
    SELECT count(*)::int AS n FROM message_attempts later JOIN message_attempts earlier USING (message_id)
    WHERE earlier.number < later.number AND earlier.outcome = 'permanent'
"""
RETIRED = "SELECT count(*)::int AS n FROM devices WHERE state = 'retired'"
AUDITED = "SELECT count(*)::int AS n FROM audit_entries WHERE action = 'device.retired'"


def test_f12_a_permanent_refusal_is_final_and_the_next_channel_takes_over(
    texting: Station, fcm, twilio, aliyun
) -> None:
    people = tell(texting, EACH, phones=1)
    draw = random.Random(SEED)
    dead = draw.sample(people, EACH * 3 // 10)
    wrong, stopped = dead[: len(dead) // 6], dead[len(dead) // 6 : len(dead) // 3]
    fcm.control(dead_tokens=[p.tokens[0] for p in dead], seed=SEED)
    numbers = [p.person.phone for p in wrong]
    refusing = [p.person.phone for p in stopped]
    twilio.control(invalid_numbers=numbers, stopped_numbers=refusing)
    aliyun.control(invalid_numbers=numbers + refusing)
    with texting.pusher():
        wait_for_end(texting, 60)
    hits = reached(people, fcm, twilio, aliyun)
    unreachable = {p.id for p in wrong + stopped}
    fell_back = [p for p in dead if p.id not in unreachable]
    missed = [p for p in people if p.id not in unreachable and not hits[p.id]]
    texts = reached(fell_back, twilio, aliyun)
    retried, retired = texting.rows(RETRIED)[0].n, texting.rows(RETIRED)[0].n
    tell_counts(
        "F12", seed=SEED, A=len(people), dead_tokens=len(dead), dead_numbers=len(unreachable), retried=retried,
        retired=retired, fell_back=len(texts), of=len(fell_back), missed=len(missed),
    )  # fmt: skip
    assert (retried, retired) == (0, len(dead))
    assert len(texts) == len(fell_back)
    assert set(texts.values()) == {1}
    assert missed == []
    assert not any(hits[person] for person in unreachable)
    assert texting.rows(AUDITED)[0].n == len(dead)
