"""Letting go of what was kept back: a single message as itself, several of one person as one summary.

What they were about may have ended meanwhile: messages that were withdrawn or have expired are not among them any
more, and a summary of nothing is not sent. It is all done over sets, since a whole station wakes up at once.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ARRAY, bindparam, text

from api.notifications.rules.bundling import MOST_SHOWN
from api.notifications.rules.states import MESSAGES, RANK
from api.notifications.service.holding import SUMMARY
from api.notifications.types import MessageEvent, MessageState, Urgency
from api.plumbing.context import Ctx
from api.plumbing.crypto import SealedJson
from api.plumbing.locks import try_lock
from api.plumbing.outbox import CHANNEL

BATCH = 2_000
# Somebody whose night ends now and whose next summary would be due in a moment gets one message, not two.
AHEAD = timedelta(minutes=10)
BUNDLED_CODE = "bundled"

# `several`: what a person is told of once is one decision, to however many phones it would have gone.
_RELEASE = text("""
    WITH awake AS (
        SELECT person_id FROM outbox
        WHERE state = 'queued' AND held_until IS NOT NULL AND held_until <= :now AND person_id IS NOT NULL
          AND expires_at > :now
        GROUP BY person_id ORDER BY min(held_until) LIMIT :batch
    ), held AS (
        SELECT id, person_id, station_id, channel, device_id, subject_kind, subject_id, template, step, expires_at
        FROM outbox
        WHERE person_id IN (SELECT person_id FROM awake) AND state = 'queued' AND held_until <= :ahead
          AND expires_at > :now
        ORDER BY id FOR UPDATE SKIP LOCKED
    ), counted AS (
        SELECT person_id, count(DISTINCT (subject_kind, subject_id, template, step)) AS decisions
        FROM held GROUP BY person_id
    ), single AS (
        UPDATE outbox SET held_until = NULL, next_at = :now
        FROM held JOIN counted USING (person_id)
        WHERE outbox.id = held.id AND counted.decisions = 1 RETURNING outbox.id
    ), bundled AS (
        UPDATE outbox SET state = :bundled_state, rank = :rank, error_code = :code
        FROM held JOIN counted USING (person_id)
        WHERE outbox.id = held.id AND counted.decisions > 1 RETURNING outbox.id
    ), summaries AS (
        INSERT INTO outbox (id, station_id, dedupe_key, urgency, channel, person_id, device_id, subject_kind,
            subject_id, template, step, variables, next_at, expires_at, request_id, created_at)
        SELECT uuid7_at(:now), (array_agg(held.station_id))[1],
            concat('digest:', held.person_id, ':', held.channel, ':', CAST(:label AS text), ':', held.device_id),
            :urgency, held.channel, held.person_id, held.device_id, 'digest', held.person_id, :summary,
            CAST(:label AS text),
            (CAST(:sealed AS bytea[]))[least(max(counted.decisions), :most)], :now, max(held.expires_at), :request, :now
        FROM held JOIN counted USING (person_id)
        WHERE counted.decisions > 1
        GROUP BY held.person_id, held.channel, held.device_id
        ON CONFLICT (dedupe_key) DO NOTHING RETURNING channel
    )
    SELECT (SELECT count(*) FROM awake) AS people, (SELECT count(*) FROM single) AS singles,
        (SELECT count(*) FROM bundled) AS bundled, (SELECT count(*) FROM summaries) AS summaries
""").bindparams(bindparam("sealed", type_=ARRAY(SealedJson("outbox.variables"))))


@dataclass(frozen=True)
class Released:
    """What a round let go: messages as themselves, messages summed up, and the summaries. `more`: not all yet."""

    singles: int = 0
    bundled: int = 0
    summaries: int = 0
    more: bool = False


def release_held(ctx: Ctx) -> Released:
    """One round; does nothing while another one runs."""
    if not try_lock(ctx.session, "notifications.release"):
        return Released()
    facts = {
        "now": ctx.now,
        "ahead": ctx.now + AHEAD,
        "batch": BATCH,
        "bundled_state": MESSAGES.next(MessageState.QUEUED, MessageEvent.DIVERT),
        "rank": RANK[MessageState.FALLBACK],
        "code": BUNDLED_CODE,
        "summary": SUMMARY,
        "urgency": Urgency.NORMAL,
        "label": ctx.now.strftime("%Y%m%dT%H%M%S"),
        "request": ctx.request_id,
        "most": MOST_SHOWN,
        "sealed": [{"count": str(count)} for count in range(1, MOST_SHOWN + 1)],
    }
    row = ctx.session.execute(_RELEASE, facts).one()
    if row.singles or row.summaries:
        ctx.session.execute(text("SELECT pg_notify(:channel, '')"), {"channel": CHANNEL})
    return Released(row.singles, row.bundled, row.summaries, row.people == BATCH)
