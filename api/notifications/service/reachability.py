"""Testing who can be reached, a little all day, and keeping the last proof of each person and channel.

A push is tested by one that shows nothing and that the app acknowledges by itself. A text is only tested where the
station asked for it, in the daytime, and not at all where any text to the person was reported delivered lately.
A call is never made to test. Whoever looks at the results finds them in `reach_states`.
"""

from dataclasses import dataclass
from datetime import time, timedelta
from uuid import UUID

from sqlalchemy import func, literal, select, text
from sqlalchemy.dialects.postgresql import insert

from api.grids.types import STATION_ZONE
from api.identity.queries import people_to_reach, phones_to_ring
from api.kernel.ids import uuid7
from api.notifications.models import ReachPolicyRow, ReachState
from api.notifications.service.bulk import queue_to_many
from api.notifications.types import BulkOrder, Channel, ReachPolicy, Urgency
from api.plumbing.context import Ctx
from api.plumbing.locks import try_lock

BATCH = 2_000
ENROL_BATCH = 50_000
# A phone that was off overnight answers in the morning; what has not answered by then is not reachable.
WAIT = timedelta(hours=12)
TEXTS_FROM, TEXTS_UNTIL = time(9, 30), time(18, 0)
TEMPLATES = {Channel.PUSH: "reach_test", Channel.SMS: "reach_test_sms"}
# Proofs older than the longest period of a test change nothing.
OLDEST = timedelta(days=366)

# A push proves itself only by the test, since the app acknowledges other messages when it pulls the inbox, too. A
# text's proof is the carrier's word about any text.
_LOOK = text("""
    WITH due AS (
        SELECT person_id, channel, station_id, tested_at, proved_at, failed_at FROM reach_states
        WHERE next_at <= :now AND (channel = 'push' OR :daytime)
        ORDER BY next_at LIMIT :batch FOR UPDATE SKIP LOCKED
    ), looked AS (
        SELECT due.*, greatest(due.proved_at, seen.proved_at) AS proof, seen.code, make_interval(days =>
            CASE due.channel WHEN 'push' THEN coalesce(p.push_test_days, :push_days)
            ELSE coalesce(p.sms_test_days, :sms_days) END) AS every
        FROM due LEFT JOIN reach_policies p USING (station_id)
        LEFT JOIN LATERAL (
            SELECT max(coalesce(o.delivered_at, o.read_at)) AS proved_at,
                (array_agg(o.error_code ORDER BY o.id DESC) FILTER (WHERE o.state IN ('dead', 'expired')))[1] AS code
            FROM outbox o
            WHERE o.person_id = due.person_id AND o.id >= :since AND CASE due.channel
                WHEN 'sms' THEN o.channel = 'sms' ELSE o.template = 'reach_test' END
        ) seen ON true
    ), judged AS (
        SELECT looked.*, CASE
            WHEN every = interval '0' THEN 'rest'
            WHEN proof > CAST(:now AS timestamptz) - every THEN 'proved'
            WHEN tested_at > coalesce(greatest(proof, failed_at), '-infinity') THEN
                CASE WHEN tested_at <= CAST(:now AS timestamptz) - CAST(:wait AS interval) THEN 'failed' ELSE 'wait' END
            ELSE 'test' END AS verdict
        FROM looked
    ), moved AS (
        UPDATE reach_states AS state SET
            proved_at = judged.proof,
            tested_at = CASE verdict WHEN 'test' THEN :now ELSE state.tested_at END,
            failed_at = CASE verdict WHEN 'failed' THEN :now ELSE state.failed_at END,
            failure = CASE verdict WHEN 'failed' THEN coalesce(judged.code, 'no_answer') WHEN 'proved' THEN NULL
                ELSE state.failure END,
            next_at = CASE verdict
                WHEN 'rest' THEN CAST(:now AS timestamptz) + interval '1 day'
                WHEN 'proved' THEN judged.proof + judged.every
                WHEN 'failed' THEN CAST(:now AS timestamptz) + judged.every
                WHEN 'wait' THEN judged.tested_at + CAST(:wait AS interval)
                ELSE CAST(:now AS timestamptz) + CAST(:wait AS interval) END
        FROM judged WHERE state.person_id = judged.person_id AND state.channel = judged.channel
        RETURNING state.station_id, state.channel, verdict
    )
    SELECT station_id, channel, verdict, count(*) AS people FROM moved GROUP BY station_id, channel, verdict
""")
_GONE = text("""
    DELETE FROM reach_states WHERE person_id IN (
        SELECT person_id FROM reach_states EXCEPT SELECT id FROM people WHERE status = 'active')
""")


@dataclass(frozen=True)
class Tested:
    """What a round did: how many were tested, found proved, found not to answer. `more`: not everybody due yet."""

    tested: int = 0
    proved: int = 0
    failed: int = 0
    more: bool = False


def enrol_for_tests(ctx: Ctx) -> bool:
    """Take in who is new and leave out who is gone; True while there may be more. Once a day."""
    ctx.session.execute(_GONE)
    return max(_enrol(ctx, Channel.PUSH), _enrol(ctx, Channel.SMS)) == ENROL_BATCH


def test_reachability(ctx: Ctx) -> Tested:
    """One round: judge the tests that had their time, and send the next ones; does nothing while another one runs."""
    if not try_lock(ctx.session, "notifications.reachability"):
        return Tested()
    policy = ReachPolicy()
    rows = ctx.session.execute(
        _LOOK,
        {
            "now": ctx.now,
            "daytime": TEXTS_FROM <= ctx.now.astimezone(STATION_ZONE).time() < TEXTS_UNTIL,
            "batch": BATCH,
            "push_days": policy.push_test_days,
            "sms_days": policy.sms_test_days,
            "since": uuid7(int((ctx.now - OLDEST).timestamp() * 1000), bytes(10)),
            "wait": WAIT,
        },
    ).all()
    counts = {(row.station_id, row.channel, row.verdict): row.people for row in rows}
    for station_id, channel, verdict in counts:
        if verdict == "test":
            _send(ctx, station_id, Channel(channel))
    found = {name: sum(n for key, n in counts.items() if key[2] == name) for name in ("test", "proved", "failed")}
    return Tested(found["test"], found["proved"], found["failed"], sum(counts.values()) == BATCH)


def _enrol(ctx: Ctx, channel: Channel) -> int:
    people = people_to_reach(None).subquery("everybody")
    # Spread over a day, by something that stays the same when it is asked again.
    spread = func.make_interval(0, 0, 0, 0, 0, 0, func.abs(func.hashtext(func.text(people.c.person_id))) % 86_400)
    source = select(people.c.person_id, literal(channel.value), people.c.station_id, literal(ctx.now) + spread)
    if channel is Channel.PUSH:
        ringing = phones_to_ring().subquery("ringing")
        source = source.where(people.c.person_id.in_(select(ringing.c.person_id)))
    else:
        paying = select(ReachPolicyRow.station_id).where(ReachPolicyRow.sms_test_days > 0)
        source = source.where(people.c.takes_texts, people.c.station_id.in_(paying))
    known = select(ReachState.person_id).where(ReachState.channel == channel)
    source = source.where(~people.c.person_id.in_(known)).limit(ENROL_BATCH)
    written = insert(ReachState).from_select(["person_id", "channel", "station_id", "next_at"], source)
    fresh = written.on_conflict_do_nothing().returning(ReachState.person_id).cte()
    return ctx.session.execute(select(func.count()).select_from(fresh)).scalar_one()


def _send(ctx: Ctx, station_id: UUID, channel: Channel) -> None:
    # Those this round has just marked.
    due = select(ReachState.person_id).where(
        ReachState.station_id == station_id, ReachState.channel == channel, ReachState.tested_at == ctx.now
    )
    order = BulkOrder(
        station_id=station_id,
        subject_kind="reach_test",
        subject_id=ctx.new_id(),
        template=TEMPLATES[channel],
        urgency=Urgency.NORMAL,
        step="",
        expires_at=ctx.now + WAIT,
        respects_quiet=channel is Channel.SMS,
        only=channel.value,
    )
    queue_to_many(ctx, order, due)
