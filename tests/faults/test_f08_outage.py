"""F08: one provider of a channel is down, then all of them, then they are well again."""

import time

from sqlalchemy import text

from tests.faults.conftest import LONG
from tests.faults.sending import doubles, reached, tell, tell_counts, wait_for_end
from tests.pusher.conftest import Station, wait_until

EACH, DOWN_S, SEED = (40, 120.0, 8) if LONG else (20, 4.0, 8)
WAITS = "SELECT extract(epoch FROM sent_at - created_at)::float8 AS s FROM outbox WHERE sent_at IS NOT NULL ORDER BY 1"
RESTS = "SELECT provider, openings, open_until > now() AS rests FROM provider_breakers ORDER BY provider"


def p95(values: list[float]) -> float:
    return round(sorted(values)[int(len(values) * 0.95)], 2) if values else 0.0


def test_f08_texts_go_through_the_other_provider_and_alerts_through_the_other_channel(
    texting: Station, fcm, twilio, aliyun
) -> None:
    fcm.control(failures={"503": 1.0}, seed=SEED)
    aliyun.control(failures={"500": 0.4, "502": 0.3, "503": 0.3}, seed=SEED)
    people, began = [], time.monotonic()
    with texting.pusher():
        while time.monotonic() - began < DOWN_S:
            people += tell(texting, EACH, phones=1) + tell(texting, EACH, phones=0)
            time.sleep(0.5)
        wait_for_end(texting, 40)
        during = p95([row.s for row in texting.rows(WAITS)])
        hits = reached(people, fcm, twilio, aliyun)
        through_other = len(reached(people, twilio))
        rested = {row.provider for row in texting.rows(RESTS) if row.openings}
        fcm.reset()
        aliyun.reset()
        end_rests(texting)
        after = tell(texting, EACH, phones=0)
        wait_until(lambda: len(reached(after, twilio, aliyun)) == len(after), 30)
        more = tell(texting, EACH, phones=0)
        wait_until(lambda: len(reached(more, twilio, aliyun)) == len(more), 30)
    lost = [p.id for p in people if not hits[p.id]]
    extras = doubles(people, fcm) + doubles(people, twilio, aliyun)
    back = len(reached(more, aliyun))
    tell_counts(
        "F08", seed=SEED, down_s=DOWN_S, A=len(people), P=len(hits), lost=len(lost), through_other=through_other,
        extras=extras, p95_s=during, back_at_the_first=back,
    )  # fmt: skip
    assert lost == []
    assert extras == 0
    assert during < 30
    assert {"fcm", "aliyun"} <= rested
    assert back > 0


def test_f08_with_every_provider_down_nothing_is_lost_and_all_goes_out_afterwards(
    texting: Station, fcm, twilio, aliyun
) -> None:
    for provider in (fcm, twilio, aliyun):
        provider.control(failures={"503": 1.0}, seed=SEED)
    with texting.pusher():
        people = tell(texting, EACH, phones=1) + tell(texting, EACH, phones=0)
        time.sleep(DOWN_S / 2)
        refused = texting.rows("SELECT count(*)::int AS n FROM message_attempts")[0].n
        for provider in (fcm, twilio, aliyun):
            provider.reset()
        end_rests(texting)
        wait_until(lambda: len(reached(people, fcm, twilio, aliyun)) == len(people), 60)
        wait_for_end(texting, 40)
    lost = len(people) - len(reached(people, fcm, twilio, aliyun))
    # Breakers open after a few failures each; what was in hand at that moment may add its calls.
    tell_counts("F08 all down", seed=SEED, A=len(people), lost=lost, calls_while_down=refused)
    assert lost == 0
    assert refused < 8 * len(people)


def end_rests(station: Station) -> None:
    """Not to wait a minute for a rest to be over: the next message is the probe, as it would be then."""
    over = "UPDATE provider_breakers SET open_until = now() - interval '1 second', probing = false"
    station.do(lambda ctx: ctx.session.execute(text(f"{over} WHERE open_until IS NOT NULL")))
    due = "UPDATE outbox SET next_at = now() WHERE state = 'queued'"
    station.do(lambda ctx: ctx.session.execute(text(due)))
