"""The nightly erasing: what has been kept long enough goes, purpose by purpose, in batches of one transaction each."""

from collections.abc import Callable, Mapping

from api.disputes.service.erasing import erase_expired_parties, erase_expired_records
from api.followups.service.erasing import erase_expired_positions
from api.incidents.service.erasing import erase_expired_requesters
from api.notices.service.erasing import erase_expired_notices
from api.notifications.service.erasing import drop_expired_messages
from api.plumbing.context import Ctx
from api.plumbing.timers import Timer, TimerOrder, set_timer
from api.retention.service import note_erased
from api.retention.types import Purpose

BATCH = 2_000
ERASERS: Mapping[Purpose, Callable[..., int]] = {
    Purpose.DISPUTE_PARTY: erase_expired_parties,
    Purpose.DISPUTE_RECORD: erase_expired_records,
    Purpose.VISIT_POSITION: erase_expired_positions,
    Purpose.INCIDENT_REQUESTER: erase_expired_requesters,
    Purpose.NOTICE: erase_expired_notices,
    Purpose.MESSAGE_TEXT: drop_expired_messages,
}
_JOB = "workers.jobs.retention.erase_expired"


def erase_expired(ctx: Ctx, timer: Timer) -> None:
    """Erase one batch of every purpose; while some purpose had a whole batch, order the next round."""
    full = False
    for purpose, erase in ERASERS.items():
        count = erase(ctx, limit=BATCH)
        note_erased(ctx, purpose, count)
        full |= count == BATCH
    if full:
        set_timer(ctx, TimerOrder(_JOB, timer.subject_id, ctx.now, step=f"{timer.step}+"))
