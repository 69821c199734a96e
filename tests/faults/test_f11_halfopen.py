"""F11: a server that takes the call and never answers, and one that answers a byte a second."""

from tests.faults.conftest import LONG
from tests.faults.sending import reached, tell, tell_counts, wait_for_end
from tests.pusher.conftest import Station, wait_until

EACH, SEED = (60, 11) if LONG else (24, 11)
DEADLINE_S = 8.0 if LONG else 1.5
TOOK = "SELECT provider, max(took_ms) AS ms FROM message_attempts GROUP BY provider"
WAITS = """SELECT count(*)::int AS n, max(extract(epoch FROM sent_at - created_at))::float8 AS s FROM outbox
           WHERE channel = 'sms' AND sent_at IS NOT NULL AND origin_id IS NULL"""


def test_f11_every_call_ends_in_time_and_nobody_else_waits(texting: Station, fcm, twilio, aliyun) -> None:
    fcm.control(hang=0.5, drip=0.5, drip_s=1.0, seed=SEED)
    pushed = tell(texting, EACH, phones=1)
    with texting.pusher(deadline_s=DEADLINE_S, lease_s=2.5 * DEADLINE_S, urgent_width=8):
        wait_until(lambda: texting.rows("SELECT 1 FROM outbox WHERE state = 'leased'") != [])
        # The other lane, with every place of the first one taken.
        texted = tell(texting, EACH, phones=0)
        wait_until(lambda: texting.rows(WAITS)[0].n == len(texted), 20)
        others = round(texting.rows(WAITS)[0].s, 2)
        wait_until(lambda: len(reached(pushed, fcm, twilio, aliyun)) == len(pushed), 60)
        fcm.reset()
        wait_for_end(texting, 60)
    took = {row.provider: row.ms for row in texting.rows(TOOK)}
    lost = len(pushed) - len(reached(pushed, fcm, twilio, aliyun))
    tell_counts(
        "F11", seed=SEED, deadline_s=DEADLINE_S, A=len(pushed) + len(texted), lost=lost, longest_call_ms=took["fcm"],
        others_longest_s=others,
    )  # fmt: skip
    assert lost == 0
    if LONG:  # the short form shares its machine
        assert took["fcm"] <= 1000 * DEADLINE_S + 500
        assert others < DEADLINE_S
