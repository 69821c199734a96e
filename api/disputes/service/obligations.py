"""Promises: reminded of, kept with evidence, overdue and climbing, waived by a supervisor, broken."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from api.disputes.errors import EvidenceMissing, ReasonMissing, WhenImpossible
from api.disputes.models.agreements import Agreement, Obligation
from api.disputes.queries.agreements import open_promises
from api.disputes.queries.cases import lock_case
from api.disputes.queries.mediation import mediators_of
from api.disputes.queries.standards import deadlines_for
from api.disputes.rules.clocks import tell_at
from api.disputes.rules.norms import morning_before
from api.disputes.rules.work_states import OBLIGATION
from api.disputes.service.climbing import climb
from api.disputes.service.evidence import claim_evidence
from api.disputes.service.steps import note_act, note_event, own_dispute, tell
from api.disputes.types import CaseHead
from api.disputes.types.mediation import Performance
from api.disputes.types.work import ObligationState, ObligationStep, WorkEvent
from api.followups.rules.schedule import station_day
from api.followups.rules.working_days import CHINA
from api.kernel.errors import NotFound
from api.plumbing.context import Ctx
from api.plumbing.timers import TimerOrder, cancel_timers, set_timer, set_timers

NEAR = "workers.jobs.disputes.promise_near"
OVERDUE = "workers.jobs.disputes.promise_overdue"
DUE = "dispute_promise"  # template
_REMIND_LIVES = timedelta(days=2)


def perform_promise(ctx: Ctx, performance: Performance) -> Obligation:
    """Record that a promise was kept, late ones and broken ones too; reported again, it is the same.

    Evidence may follow (`add_evidence`); without it the case cannot be signed off. Raises WhenImpossible, NotFound.
    """
    head, row = lock_promise(ctx, performance.obligation_id)
    if _is_known(ctx, row, performance):
        return row
    if not _agreed_on(ctx, row) <= performance.performed_on <= station_day(ctx.now):
        raise WhenImpossible
    claim_evidence(ctx, row.id, performance.files)
    _step(
        ctx, head, row, ObligationStep.PERFORM, performed_on=performance.performed_on,
        evidence_files=list(performance.files), evidence_note=performance.note,
    )  # fmt: skip
    return row


def add_evidence(ctx: Ctx, obligation_id: UUID, *, files: Sequence[UUID], note: str | None) -> Obligation:
    """Add what shows that a promise was kept; nothing that was given is taken away. Raises EvidenceMissing."""
    if not files and not note:
        raise EvidenceMissing
    head, row = lock_promise(ctx, obligation_id)
    claim_evidence(ctx, obligation_id, files)
    row.evidence_files = [*row.evidence_files, *(file for file in files if file not in row.evidence_files)]
    row.evidence_note = "\n".join(filter(None, (row.evidence_note, note))) or None
    row.version += 1
    ctx.session.flush()
    note_act(ctx, head, "dispute.evidence_added", obligation=str(row.id), files=[str(file) for file in files])
    return row


def waive_promise(ctx: Ctx, obligation_id: UUID, *, note: str) -> Obligation:
    """Decide that a promise need not be kept any more, with the reason; raises ReasonMissing."""
    return _decide(ctx, obligation_id, ObligationStep.WAIVE, note)


def break_promise(ctx: Ctx, obligation_id: UUID, *, note: str) -> Obligation:
    """Record that a party will not keep a promise; it stays open until kept or waived. Raises ReasonMissing."""
    return _decide(ctx, obligation_id, ObligationStep.BREAK, note)


def void_promises(ctx: Ctx, head: CaseHead, *, why: str) -> int:
    """End what is still owed, because another agreement takes its place or the case has failed."""
    rows = open_promises(ctx.session, head.id, lock=True)
    for row in rows:
        _step(ctx, head, row, ObligationStep.VOID, decision_note=why)
    return len(rows)


def watch_promises(ctx: Ctx, rows: Sequence[Obligation]) -> None:
    """Order the clocks of new promises: a word before, a word on the day, and what follows when it has passed."""
    orders = []
    for row in rows:
        for step, moment in _reminders(row.due_on):
            if moment > ctx.now:
                orders.append(TimerOrder(NEAR, row.id, moment, step=step))
        orders.append(TimerOrder(OVERDUE, row.id, row.overdue_at, step="0", args={"nag": 0}))
    set_timers(ctx, orders)


def remind_of_promise(ctx: Ctx, obligation_id: UUID, *, step: str) -> None:
    """Tell the team that a promise is due soon or today, if it is still owed."""
    found = _open(ctx, obligation_id)
    if found is None:
        return
    head, row = found
    people = {mediator.person_id for mediator in mediators_of(ctx.session, head.id) if mediator.person_id}
    tell(
        ctx, head, people, template=DUE, step=f"promise.{row.id}.{step}", variables={"ref": head.ref},
        lives=_REMIND_LIVES,
    )  # fmt: skip


def miss_promise(ctx: Ctx, obligation_id: UUID, *, nag: int) -> None:
    """A promise's day has passed: it is overdue, and told one rung higher each time until it is kept or decided."""
    found = _open(ctx, obligation_id)
    if found is None:
        return
    head, row = found
    if row.state == ObligationState.DUE:
        _step(ctx, head, row, ObligationStep.FALL_OVERDUE)
    climbs = deadlines_for(ctx.session, head.station_id).climbs
    told_at = tell_at(row.overdue_at, nag, climbs, CHINA)
    if ctx.now < told_at:
        # It fell overdue at midnight; people are told when the office opens.
        set_timer(ctx, TimerOrder(OVERDUE, row.id, told_at, step=f"{nag}.told", args={"nag": nag}))
        return
    row.level = nag
    ctx.session.flush()
    climb(ctx, head, nag=nag, about="obligation", subject_id=row.id)
    following = tell_at(row.overdue_at, nag + 1, climbs, CHINA)
    set_timer(ctx, TimerOrder(OVERDUE, row.id, following, step=str(nag + 1), args={"nag": nag + 1}))


def lock_promise(ctx: Ctx, obligation_id: UUID) -> tuple[CaseHead, Obligation]:
    """A promise and its case, the case locked first; raises NotFound."""
    dispute_id = ctx.session.scalar(select(Obligation.dispute_id).where(Obligation.id == obligation_id))
    if dispute_id is None:
        raise NotFound
    head = own_dispute(ctx, dispute_id)
    return head, _fresh(ctx, obligation_id)


def _decide(ctx: Ctx, obligation_id: UUID, step: ObligationStep, note: str) -> Obligation:
    if not note.strip():
        raise ReasonMissing
    head, row = lock_promise(ctx, obligation_id)
    _step(ctx, head, row, step, decision_note=note)
    return row


def _step(ctx: Ctx, head: CaseHead, row: Obligation, step: ObligationStep, **columns: Any) -> None:
    """Take a step of a locked promise; what belongs to the new state is written with it, since the table asks both."""
    row.state = OBLIGATION.next(ObligationState(row.state), step)
    row.version += 1
    for name, value in columns.items():
        setattr(row, name, value)
    if step is not ObligationStep.FALL_OVERDUE:
        row.decided_at, row.decided_by = ctx.now, ctx.actor.person_id
    ctx.session.flush()
    if row.state in OBLIGATION.final:
        cancel_timers(ctx, row.id)
    details = {"obligation": str(row.id), "number": row.number, "state": row.state, "step": str(step)}
    note_event(ctx, head.id, WorkEvent.OBLIGATION, **details)
    note_act(ctx, head, f"dispute.obligation_{step}", **details)


def _is_known(ctx: Ctx, row: Obligation, performance: Performance) -> bool:
    """Whether this is the report the row stands for: a phone that got no answer sends it again."""
    same = (ctx.actor.person_id, performance.performed_on, set(performance.files))
    kept = (row.decided_by, row.performed_on, set(performance.files) & set(row.evidence_files))
    return row.state == ObligationState.PERFORMED and same == kept


def _reminders(due_on: date) -> tuple[tuple[str, datetime], ...]:
    return (("before", morning_before(due_on, 1)), ("today", morning_before(due_on, 0)))


def _agreed_on(ctx: Ctx, row: Obligation) -> date:
    agreed_at = ctx.session.scalars(select(Agreement.agreed_at).where(Agreement.id == row.agreement_id)).one()
    return station_day(agreed_at)


def _open(ctx: Ctx, obligation_id: UUID) -> tuple[CaseHead, Obligation] | None:
    """A promise still owed, with its locked case; None once it is not."""
    dispute_id = ctx.session.scalar(select(Obligation.dispute_id).where(Obligation.id == obligation_id))
    head = None if dispute_id is None else lock_case(ctx.session, dispute_id, station_id=None)
    if head is None:
        return None
    row = _fresh(ctx, obligation_id)
    return None if row.state in OBLIGATION.final else (head, row)


def _fresh(ctx: Ctx, obligation_id: UUID) -> Obligation:
    # Its case is locked; the row too, since a case this one was merged into may void it.
    statement = select(Obligation).where(Obligation.id == obligation_id).with_for_update(key_share=True)
    return ctx.session.scalars(statement, execution_options={"populate_existing": True}).one()
