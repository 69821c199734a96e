"""Mediation sessions: planned, reminded of, and what became of them. The second follows within days of the first."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select

from api.disputes.errors import NotInWork, SessionTextMissing, UnknownAttendee, WhenImpossible
from api.disputes.models import Dispute
from api.disputes.models.mediation import MediationSession
from api.disputes.queries.cases import lock_case
from api.disputes.queries.mediation import count_met, mediators_of, norms_for, party_ids
from api.disputes.queries.standards import deadlines_for
from api.disputes.rules.clocks import deadline, tell_at
from api.disputes.rules.norms import morning_before
from api.disputes.rules.work_states import MET, SESSION
from api.disputes.service.climbing import climb
from api.disputes.service.decisions import decide
from api.disputes.service.steps import note_act, note_event, own_dispute, tell
from api.disputes.types import CaseHead, CaseState, CaseStep
from api.disputes.types.mediation import SessionPlan, SessionReport
from api.disputes.types.work import SessionState, SessionStep, WorkEvent
from api.followups.rules.schedule import station_day
from api.followups.rules.working_days import CHINA
from api.kernel.errors import NotFound
from api.plumbing.context import Ctx
from api.plumbing.timers import TimerOrder, cancel_timers, set_timer

REMIND = "workers.jobs.disputes.session_near"
UNRECORDED = "workers.jobs.disputes.session_unrecorded"
NEXT_DUE = "workers.jobs.disputes.next_session_due"
NEAR = "dispute_session"  # template
IN_WORK = (CaseState.ACCEPTED, CaseState.MEDIATING)
_REMIND_LIVES = timedelta(days=2)
# A record typed by somebody whose clock is a little ahead of ours.
CLOCK_SLACK = timedelta(minutes=2)


def plan_session(ctx: Ctx, order: SessionPlan) -> MediationSession:
    """Plan a session; one that took place already is planned for then and reported at once.

    Raises NotInWork, WhenImpossible (before the dispute was reported).
    """
    head = own_dispute(ctx, order.dispute_id)
    if head.state not in IN_WORK:
        raise NotInWork
    if order.planned_at < _reported_at(ctx, head):
        raise WhenImpossible
    row = MediationSession(
        id=ctx.new_id(), dispute_id=head.id, station_id=head.station_id, round=head.round,
        number=_next_number(ctx, head.id), state=SESSION.initial, planned_at=order.planned_at, place=order.place,
        planned_by=ctx.actor.person_id, attendance={},
    )  # fmt: skip
    ctx.session.add(row)
    ctx.session.flush()
    _set_clocks(ctx, row)
    note_event(ctx, head.id, WorkEvent.SESSION, session=str(row.id), number=row.number, state=row.state)
    note_act(ctx, head, "dispute.session_planned", session=str(row.id), number=row.number)
    return row


def report_session(ctx: Ctx, report: SessionReport) -> MediationSession:
    """Record what became of a session; the first that took place begins the mediation. Sent again, it is the same.

    Raises SessionTextMissing, UnknownAttendee, WhenImpossible, NotInWork, IllegalTransition.
    """
    head, row = lock_session(ctx, report.session_id)
    if _is_known(ctx, row, report):
        return row
    state = SESSION.next(SessionState(row.state), report.step)
    at = report.at or ctx.now
    _check_report(ctx, head, report, at)
    if state in MET and head.state not in IN_WORK:
        raise NotInWork
    row.state, row.ended_at, row.record, row.note = state, min(at, ctx.now), report.record, report.note
    row.attendance = {"present": sorted(map(str, report.present)), "absent": sorted(map(str, report.absent))}
    row.recorded_by, row.recorded_at, row.version = ctx.actor.person_id, ctx.now, row.version + 1
    ctx.session.flush()
    cancel_timers(ctx, row.id)
    details = {"session": str(row.id), "number": row.number, "state": str(state)}
    note_event(ctx, head.id, WorkEvent.SESSION, **details)
    note_act(ctx, head, "dispute.session_reported", **details)
    if state in MET:
        _carry_on(ctx, head, row.ended_at)
    return row


def lock_session(ctx: Ctx, session_id: UUID) -> tuple[CaseHead, MediationSession]:
    """A session and its case, the case locked first; raises NotFound."""
    dispute_id = ctx.session.scalar(select(MediationSession.dispute_id).where(MediationSession.id == session_id))
    if dispute_id is None:
        raise NotFound
    head = own_dispute(ctx, dispute_id)
    statement = select(MediationSession).where(MediationSession.id == session_id)
    return head, ctx.session.scalars(statement, execution_options={"populate_existing": True}).one()


def remind_of_session(ctx: Ctx, session_id: UUID) -> None:
    """Tell the mediators that a session is near, if it is still to be."""
    found = _planned(ctx, session_id)
    if found is None:
        return
    head, row = found
    people = {mediator.person_id for mediator in mediators_of(ctx.session, head.id) if mediator.person_id}
    tell(ctx, head, people, template=NEAR, step=f"session.{row.id}", variables={"ref": head.ref}, lives=_REMIND_LIVES)


def miss_record(ctx: Ctx, session_id: UUID, *, nag: int) -> None:
    """Ask what became of a session whose day is over, one rung higher each time."""
    found = _planned(ctx, session_id)
    if found is None:
        return
    head, row = found
    climb(ctx, head, nag=nag, about="session", subject_id=row.id)
    set_timer(ctx, _unrecorded(ctx, head, row, nag + 1))


def miss_next_session(ctx: Ctx, dispute_id: UUID, *, in_round: int, nag: int) -> None:
    """Say that no second session followed the first in time, one rung higher each time."""
    head = lock_case(ctx.session, dispute_id, station_id=None)
    if head is None or head.state is not CaseState.MEDIATING or head.round != in_round:
        return
    if count_met(ctx.session, head.id, in_round) != 1:
        return
    note_event(ctx, head.id, WorkEvent.SESSION_LATE, level=nag)
    climb(ctx, head, nag=nag, about="next_session", subject_id=head.id)
    order_next_session(ctx, head, since=ctx.now, nag=nag + 1)


def order_next_session(ctx: Ctx, head: CaseHead, *, since: datetime, nag: int = 0) -> None:
    """Watch that the second session of a round follows the first in time; later reminders come a working day apart."""
    days = norms_for(ctx.session, head.station_id).second_session_days if nag == 0 else 0
    due_at = tell_at(deadline(since, days, CHINA), 0, (), CHINA)
    args = {"round": head.round, "nag": nag}
    # A case taken up again after a pause has its clock started anew: a timer that fired stays fired.
    set_timer(ctx, TimerOrder(NEXT_DUE, head.id, due_at, step=f"{head.step_no}.{nag}", args=args))


def _carry_on(ctx: Ctx, head: CaseHead, met_at: datetime) -> None:
    if head.state is CaseState.ACCEPTED:
        head = decide(ctx, head, CaseStep.BEGIN)
    met = count_met(ctx.session, head.id, head.round)
    if met == 1:
        order_next_session(ctx, head, since=met_at)
    else:
        cancel_timers(ctx, head.id, job=NEXT_DUE)


def _is_known(ctx: Ctx, row: MediationSession, report: SessionReport) -> bool:
    """Whether this is the report the row stands for: a phone that got no answer sends it again."""
    if row.state == SessionState.PLANNED or row.state != SESSION.next(SessionState.PLANNED, report.step):
        return False
    return (row.recorded_by, row.record, row.note) == (ctx.actor.person_id, report.record, report.note)


def _check_report(ctx: Ctx, head: CaseHead, report: SessionReport, at: datetime) -> None:
    if not (report.record if report.step is SessionStep.HOLD else report.note):
        raise SessionTextMissing
    if at > ctx.now + CLOCK_SLACK or at < _reported_at(ctx, head):
        raise WhenImpossible
    known = party_ids(ctx.session, head.id) | {row.id for row in mediators_of(ctx.session, head.id, past=True)}
    if report.present & report.absent or not report.present | report.absent <= known:
        raise UnknownAttendee


def _reported_at(ctx: Ctx, head: CaseHead) -> datetime:
    return ctx.session.scalars(select(Dispute.reported_at).where(Dispute.id == head.id)).one()


def _next_number(ctx: Ctx, dispute_id: UUID) -> int:
    statement = select(func.coalesce(func.max(MediationSession.number), 0))
    return ctx.session.scalars(statement.where(MediationSession.dispute_id == dispute_id)).one() + 1


def _set_clocks(ctx: Ctx, row: MediationSession) -> None:
    near = morning_before(station_day(row.planned_at), 1)
    if near > ctx.now:
        set_timer(ctx, TimerOrder(REMIND, row.id, near))
    head = lock_case(ctx.session, row.dispute_id, station_id=None)
    if head is not None:
        set_timer(ctx, _unrecorded(ctx, head, row, 0))


def _unrecorded(ctx: Ctx, head: CaseHead, row: MediationSession, nag: int) -> TimerOrder:
    climbs = deadlines_for(ctx.session, head.station_id).climbs
    due_at = tell_at(max(deadline(row.planned_at, 0, CHINA), row.planned_at), nag, climbs, CHINA)
    return TimerOrder(UNRECORDED, row.id, due_at, step=str(nag), args={"nag": nag})


def _planned(ctx: Ctx, session_id: UUID) -> tuple[CaseHead, MediationSession] | None:
    """A session that is still planned, its case locked; None for any other."""
    statement = select(MediationSession).where(MediationSession.id == session_id)
    row = ctx.session.scalar(statement)
    head = None if row is None else lock_case(ctx.session, row.dispute_id, station_id=None)
    if head is None:
        return None
    row = ctx.session.scalars(statement, execution_options={"populate_existing": True}).one()
    return (head, row) if row.state == SessionState.PLANNED else None
