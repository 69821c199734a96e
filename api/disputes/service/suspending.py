"""A case pauses until a day, and goes on by itself."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import text

from api.disputes.errors import ReasonMissing, SuspensionTooLong
from api.disputes.queries.cases import lock_case
from api.disputes.queries.mediation import count_met
from api.disputes.rules.norms import end_of
from api.disputes.service.decisions import decide
from api.disputes.service.sessions import order_next_session
from api.disputes.service.steps import ladder_of, own_dispute, tell
from api.disputes.types import CaseHead, CaseState, CaseStep
from api.followups.rules.ladder import OWNER, people_at
from api.followups.rules.schedule import station_day
from api.plumbing.context import Ctx
from api.plumbing.timers import TimerOrder, cancel_timers, set_timer

OVER = "workers.jobs.disputes.suspension_over"
RESUMED = "dispute_resumed"  # template
LONGEST = timedelta(days=180)
_KEEP = text("UPDATE disputes SET resumes_at = :at, version = version + 1 WHERE id = :id")


def suspend_case(ctx: Ctx, dispute_id: UUID, *, until: date, note: str) -> CaseHead:
    """Let a case rest through the day `until`. Nothing but resuming it earlier moves that day.

    Raises SuspensionTooLong, ReasonMissing, IllegalTransition.
    """
    if not note.strip():
        raise ReasonMissing
    today = station_day(ctx.now)
    if not today < until <= today + LONGEST:
        raise SuspensionTooLong(most=LONGEST.days)
    ends_at = end_of(until)
    moved = decide(ctx, own_dispute(ctx, dispute_id), CaseStep.SUSPEND, note=note, due_at=ends_at)
    ctx.session.execute(_KEEP, {"at": ends_at, "id": dispute_id})
    set_timer(ctx, TimerOrder(OVER, dispute_id, ends_at, step=str(moved.step_no), fence=moved.step_no))
    return moved


def resume_case(ctx: Ctx, dispute_id: UUID, *, note: str | None = None) -> CaseHead:
    """Go on with a suspended case before its day; raises IllegalTransition."""
    return _resume(ctx, own_dispute(ctx, dispute_id), note)


def end_suspension(ctx: Ctx, dispute_id: UUID, *, fence: int) -> bool:
    """A suspension's day is over: go on, and tell whoever works on the case; False if somebody was quicker."""
    head = lock_case(ctx.session, dispute_id, station_id=None)
    if head is None or head.step_no != fence or head.state is not CaseState.SUSPENDED:
        return False
    moved = _resume(ctx, head, None)
    people = people_at(ladder_of(ctx, moved), OWNER)
    tell(ctx, moved, people, template=RESUMED, step=f"resumed.{moved.step_no}", variables={"ref": head.ref})
    return True


def _resume(ctx: Ctx, head: CaseHead, note: str | None) -> CaseHead:
    moved = decide(ctx, head, CaseStep.RESUME, note=note)
    ctx.session.execute(_KEEP, {"at": None, "id": head.id})
    cancel_timers(ctx, head.id, job=OVER)
    if count_met(ctx.session, head.id, head.round) == 1:
        order_next_session(ctx, moved, since=ctx.now)
    return moved
