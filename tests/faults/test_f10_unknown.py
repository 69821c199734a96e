"""F10: replies that are lost or come after our patience: sent again under the same id, never given up."""

import pytest

from tests.faults.conftest import LONG
from tests.faults.sending import doubles, outcomes, reached, tell, tell_counts, wait_for_end
from tests.pusher.conftest import Station

EACH, SEED = (4_000, 10) if LONG else (300, 10)
DEADLINE_S, LATE_S = 1.0, 3.0


@pytest.mark.parametrize("channel", ["push", "sms"])
def test_f10_what_was_taken_without_our_knowing_is_doubled_at_most_once_per_unknown(
    texting: Station, fcm, twilio, aliyun, channel: str
) -> None:
    for provider in (fcm, twilio, aliyun):
        provider.control(drop_reply=0.05, late_reply=0.02, late_s=LATE_S, seed=SEED)
    people = tell(texting, EACH, phones=int(channel == "push"))
    with texting.pusher(deadline_s=DEADLINE_S, lease_s=4.0):
        wait_for_end(texting, 120)
    hits = reached(people, fcm, twilio, aliyun)
    unknown = sum(count for (_, outcome), count in outcomes(texting).items() if outcome == "unknown")
    extras = doubles(people, fcm) + doubles(people, twilio, aliyun)
    # A phone shows a message once, by its id; who has been sent two messages about one thing sees two.
    messages = texting.rows(
        "SELECT person_id, channel, count(*)::int AS n FROM outbox GROUP BY 1, 2 HAVING count(*) > 1"
    )
    lost = len(people) - len(hits)
    tell_counts(
        "F10", channel=channel, seed=SEED, A=len(people), P=len(hits), lost=lost, unknown=unknown, extras=extras,
        visible=len(messages),
    )  # fmt: skip
    assert lost == 0
    assert 0 < extras <= unknown
    assert messages == []
