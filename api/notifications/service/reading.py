"""Proof that somebody read what they were sent: it stops every further step."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from sqlalchemy import text

from api.audit.service import record_many
from api.notifications.queries.reaching import unnoted_readings
from api.notifications.rules.ladders import LADDERS
from api.notifications.rules.states import MESSAGES, RANK
from api.notifications.service.ladders import stop_timers
from api.notifications.types import MessageEvent, MessageState
from api.notifications.types.reaching import LadderEvent, Proof, Reading
from api.plumbing.context import Ctx
from api.plumbing.timers import TimerOrder, order_once

NOTE_READINGS = "workers.jobs.ladders.note_readings"

_PROVE = text("""
    WITH mine AS (
        SELECT id FROM ladders WHERE subject_id = :subject AND person_id = :person AND state = ANY(:open)
          AND (CAST(:step AS text) IS NULL OR step = :step)
        ORDER BY id FOR UPDATE
    )
    UPDATE ladders SET state = 'proved', proof = :proof, proved_at = :now, next_at = NULL
    FROM mine WHERE ladders.id = mine.id RETURNING ladders.batch_id, ladders.step
""")
# Whatever of these notices still waits, on any channel and any phone. The ladders are locked, so nobody is adding a
# step at this moment. What a provider has already cannot be taken back, but there is no second try of it.
_CANCEL = text("""
    WITH open AS (
        SELECT id FROM outbox
        WHERE subject_id = :subject AND person_id = :person AND step = ANY(:steps)
          AND (state = ANY(:open) OR state = 'leased')
        ORDER BY id FOR UPDATE
    )
    UPDATE outbox SET
        state = CASE WHEN state = 'leased' THEN state ELSE 'cancelled' END,
        rank = CASE WHEN state = 'leased' THEN rank ELSE :rank END,
        expires_at = least(expires_at, :now)
    FROM open WHERE outbox.id = open.id RETURNING outbox.id, outbox.state
""")
_PROVABLE = sorted(LADDERS.sources(LadderEvent.PROVE))
_OPEN = sorted(MESSAGES.sources(MessageEvent.CANCEL))


def note_reading(ctx: Ctx, subject_id: UUID, person_id: UUID, proof: Proof | str, *, step: str | None = None) -> bool:
    """The person has read what they were sent about the subject: climb no further, and cancel what still waits.

    `step`: only this one of several notices about it, which is all that opening one message shows. Returns whether this
    is the first proof. Safe to call for what has no ladder, and any number of times.
    """
    facts = {
        "subject": subject_id,
        "person": person_id,
        "proof": Proof(proof),
        "open": _PROVABLE,
        "step": step,
        "now": ctx.now,
    }
    proved = ctx.session.execute(_PROVE, facts).all()
    if not proved:
        return False
    _cancel(ctx, subject_id, person_id, [row.step for row in proved])
    batches = {row.batch_id for row in proved}
    stop_timers(ctx, batches)
    _tell_the_area(ctx, batches)
    return True


def take_readings(ctx: Ctx, batch_id: UUID | None) -> list[Reading]:
    """The proofs of a batch (None: of all) that nobody has taken yet, for the time line of what they are about."""
    found = unnoted_readings(ctx.session, batch_id)
    for ladder in found:
        ladder.noted = True
    ctx.session.flush()
    return [
        Reading(row.subject_kind, row.subject_id, row.person_id, row.proof, row.proved_at)
        for row in found
        if row.proof and row.proved_at
    ]


def _tell_the_area(ctx: Ctx, batches: Collection[UUID]) -> None:
    """One job per batch and second, however many read within it: the areas above cannot be called from here.

    A second late, so that those who commit at the same moment are seen together; and ordered once, so that a hundred
    phones that say it at once do not wait for each other at one row. Whom the job misses a periodic one finds.
    """
    due = ctx.now.replace(microsecond=0) + timedelta(seconds=2)
    order_once(ctx, [TimerOrder(NOTE_READINGS, batch, due, f"{due:%Y%m%dT%H%M%S}") for batch in sorted(batches)])


def _cancel(ctx: Ctx, subject_id: UUID, person_id: UUID, steps: list[str]) -> None:
    facts = {
        "subject": subject_id,
        "person": person_id,
        "steps": steps,
        "open": _OPEN,
        "rank": RANK[MessageState.CANCELLED],
        "now": ctx.now,
    }
    rows = ctx.session.execute(_CANCEL, facts)
    cancelled = [row.id for row in rows if row.state == MessageState.CANCELLED]
    record_many(ctx, "message.withdrawn", "message", [(message_id, {"read": True}) for message_id in cancelled])
