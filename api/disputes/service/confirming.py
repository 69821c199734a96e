"""Judicial confirmation: the parties ask a court together, within the days the law gives, or let it be."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from api.disputes.errors import ConfirmationTooLate, CourtMissing, WhenImpossible
from api.disputes.models.agreements import Agreement
from api.disputes.queries.cases import lock_case
from api.disputes.queries.mediation import mediators_of, norms_for
from api.disputes.rules.norms import end_of, morning_before
from api.disputes.rules.work_states import CONFIRMATION
from api.disputes.service.steps import note_act, note_event, own_dispute, tell
from api.disputes.types import CaseHead
from api.disputes.types.mediation import ConfirmationReport
from api.disputes.types.work import ConfirmationState, ConfirmationStep, WorkEvent
from api.followups.rules.schedule import station_day
from api.kernel.errors import NotFound
from api.plumbing.context import Ctx
from api.plumbing.timers import TimerOrder, cancel_timers, set_timers

NEAR = "workers.jobs.disputes.confirmation_near"
LAPSE = "workers.jobs.disputes.confirmation_over"
ENDING = "dispute_confirmation"  # template
_REMIND_LIVES = timedelta(days=3)
_NEEDS_COURT = (ConfirmationStep.REQUEST,)
_NEEDS_NUMBER = (ConfirmationStep.CONFIRM, ConfirmationStep.REJECT)


def report_confirmation(ctx: Ctx, report: ConfirmationReport) -> Agreement:
    """Record the joint request, the court's decision, or that the parties do not want any.

    Raises ConfirmationTooLate, CourtMissing, WhenImpossible, IllegalTransition, NotFound.
    """
    dispute_id = ctx.session.scalar(select(Agreement.dispute_id).where(Agreement.id == report.agreement_id))
    if dispute_id is None:
        raise NotFound
    head = own_dispute(ctx, dispute_id)
    row = _fresh(ctx, report.agreement_id)
    state = CONFIRMATION.next(ConfirmationState(row.confirm_state), report.step)
    _check(ctx, row, report)
    row.confirm_state, row.confirm_on, row.version = state, report.on, row.version + 1
    row.court, row.confirm_number = report.court or row.court, report.number or row.confirm_number
    ctx.session.flush()
    cancel_timers(ctx, row.id)
    _note(ctx, head, row, report.step)
    return row


def watch_confirmation(ctx: Ctx, row: Agreement) -> None:
    """Order a word before the time runs out, and its end."""
    days = norms_for(ctx.session, row.station_id).confirm_remind_days
    orders = [TimerOrder(LAPSE, row.id, end_of(row.confirm_by))]
    near = morning_before(row.confirm_by, days)
    if near > ctx.now:
        orders.append(TimerOrder(NEAR, row.id, near))
    set_timers(ctx, orders)


def remind_of_confirmation(ctx: Ctx, agreement_id: UUID) -> None:
    """Tell the team that the time for the joint request runs out, if nobody has decided yet."""
    found = _undecided(ctx, agreement_id)
    if found is None:
        return
    head, row = found
    people = {mediator.person_id for mediator in mediators_of(ctx.session, head.id) if mediator.person_id}
    step = f"confirmation.{row.id}"
    tell(ctx, head, people, template=ENDING, step=step, variables={"ref": head.ref}, lives=_REMIND_LIVES)


def let_confirmation_lapse(ctx: Ctx, agreement_id: UUID) -> None:
    """The time has run out without a request."""
    found = _undecided(ctx, agreement_id)
    if found is None:
        return
    head, row = found
    row.confirm_state = CONFIRMATION.next(ConfirmationState.POSSIBLE, ConfirmationStep.LAPSE)
    row.confirm_on, row.version = station_day(ctx.now), row.version + 1
    ctx.session.flush()
    _note(ctx, head, row, ConfirmationStep.LAPSE)


def _check(ctx: Ctx, row: Agreement, report: ConfirmationReport) -> None:
    if not station_day(row.agreed_at) <= report.on <= station_day(ctx.now):
        raise WhenImpossible
    if report.step is ConfirmationStep.REQUEST and report.on > row.confirm_by:
        raise ConfirmationTooLate
    if (report.step in _NEEDS_COURT and not report.court) or (report.step in _NEEDS_NUMBER and not report.number):
        raise CourtMissing


def _note(ctx: Ctx, head: CaseHead, row: Agreement, step: ConfirmationStep) -> None:
    details = {"agreement": str(row.id), "state": row.confirm_state, "step": str(step)}
    note_event(ctx, head.id, WorkEvent.CONFIRMATION, **details)
    note_act(ctx, head, f"dispute.confirmation_{step}", **details)


def _undecided(ctx: Ctx, agreement_id: UUID) -> tuple[CaseHead, Agreement] | None:
    dispute_id = ctx.session.scalar(select(Agreement.dispute_id).where(Agreement.id == agreement_id))
    head = None if dispute_id is None else lock_case(ctx.session, dispute_id, station_id=None)
    if head is None:
        return None
    row = _fresh(ctx, agreement_id)
    return (head, row) if row.confirm_state == ConfirmationState.POSSIBLE else None


def _fresh(ctx: Ctx, agreement_id: UUID) -> Agreement:
    statement = select(Agreement).where(Agreement.id == agreement_id)
    return ctx.session.scalars(statement, execution_options={"populate_existing": True}).one()
