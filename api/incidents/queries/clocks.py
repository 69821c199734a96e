"""When a dispatch goes on by itself: its timers, as the desk may know of them."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from api.incidents.types import DispatchClock, NextStep

_JOBS = {
    "workers.jobs.dispatch.offer_silent": DispatchClock.SILENCE,
    "workers.jobs.dispatch.ask_again": DispatchClock.LOOK_AGAIN,
    "workers.jobs.dispatch.next_rung": DispatchClock.NEXT_RUNG,
}
# A timer with another fence than the dispatch's does nothing when it is due. One of each kind, the soonest: the windows
# of earlier waves run beside the newest one's.
_NEXT = text("""
    SELECT DISTINCT ON (t.job, t.args->>'rung') t.job, t.due_at, t.args->>'rung' AS rung
    FROM timers t JOIN dispatches d ON d.id = t.subject_id AND t.fence = d.fence
    WHERE t.subject_id = :dispatch AND t.state = 'waiting' AND t.job = ANY(:jobs)
    ORDER BY t.job, t.args->>'rung', t.due_at
""")


def next_steps_of(session: Session, dispatch_id: UUID) -> list[NextStep]:
    """What a dispatch will do by itself, soonest first; nothing once it has ended."""
    rows = session.execute(_NEXT, {"dispatch": dispatch_id, "jobs": list(_JOBS)})
    return sorted((NextStep(_JOBS[job], due_at, rung) for job, due_at, rung in rows), key=lambda step: step.due_at)
