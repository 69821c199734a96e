"""A case goes to another station, or to a department: offered, then taken or returned, and chased until it is."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from api.audit.service import record
from api.disputes.errors import BadReceiver, ReasonMissing
from api.disputes.models.mediation import HandOver
from api.disputes.queries.cases import lock_case, read_case
from api.disputes.queries.mediation import hand_overs_to, norms_for
from api.disputes.queries.standards import deadlines_for
from api.disputes.rules.clocks import deadline, tell_at
from api.disputes.rules.work_states import HAND_OVER
from api.disputes.service.copying import copy_case
from api.disputes.service.decisions import decide
from api.disputes.service.obligations import void_promises
from api.disputes.service.steps import SUBJECT, ladder_of, note_act, note_event, own_dispute, tell
from api.disputes.types import CaseHead, CaseStep
from api.disputes.types.mediation import NewHandOver
from api.disputes.types.work import HandOverState, HandOverStep, ReceiverKind, WorkEvent
from api.followups.queries import plan_of
from api.followups.rules.ladder import LEAD, OWNER, SUPERVISOR
from api.followups.rules.working_days import CHINA
from api.followups.service import close_plan
from api.grids.queries import station_of
from api.identity.queries import people_with_role
from api.identity.types import Role
from api.kernel.errors import NotFound
from api.notifications.service import queue_notices
from api.notifications.types import Notice, Urgency
from api.plumbing.context import Ctx
from api.plumbing.timers import TimerOrder, cancel_timers, set_timer

UNANSWERED = "workers.jobs.disputes.hand_over_unanswered"
OFFERED, ANSWERED = "dispute_offered", "dispute_answered"  # templates
_LIVES = timedelta(days=2)


def offer_case(ctx: Ctx, new: NewHandOver) -> HandOver:
    """Offer a case to another station or a department. It stays the sender's until it is taken.

    Raises BadReceiver, ReasonMissing, IllegalTransition.
    """
    if not new.reason.strip():
        raise ReasonMissing
    head = own_dispute(ctx, new.dispute_id)
    _check_receiver(ctx, head, new)
    due_at = deadline(ctx.now, norms_for(ctx.session, head.station_id).answer_days, CHINA)
    decide(ctx, head, CaseStep.HAND_OVER, code=new.receiver, note=new.reason, due_at=due_at)
    row = HandOver(
        id=ctx.new_id(), dispute_id=head.id, station_id=head.station_id, receiver=new.receiver,
        to_station_id=new.station_id, department=new.department, reason=new.reason, state=HAND_OVER.initial,
        offered_at=ctx.now, offered_by=ctx.actor.person_id, due_at=due_at,
    )  # fmt: skip
    ctx.session.add(row)
    ctx.session.flush()
    _note(ctx, head, row)
    if row.to_station_id is not None:
        _tell_receivers(ctx, head, row, (Role.SUPERVISOR,), step="offered")
        set_timer(ctx, _chase(ctx, row, 0))
    return row


def accept_hand_over(ctx: Ctx, hand_over_id: UUID, *, note: str | None = None) -> HandOver:
    """Take a case: the receiving station makes a copy of its own; for a department its answer is recorded here.

    The sender's case ends and names the copy. Raises NotFound for whoever is not asked, IllegalTransition.
    """
    head, row = _lock_as_receiver(ctx, hand_over_id)
    _answer(ctx, row, HandOverStep.ACCEPT, note)
    if row.to_station_id is not None:
        row.copy_id = copy_case(ctx, head, row)
    sender = _at_sender(ctx, row)
    decide(sender, head, CaseStep.TAKEN, code=row.receiver, note=note)
    void_promises(sender, head, why="handed_over")
    plan = plan_of(ctx.session, SUBJECT, head.id)
    if plan is not None:
        close_plan(sender, plan.id, why="handed_over")
    _finish(sender, head, row)
    return row


def decline_hand_over(ctx: Ctx, hand_over_id: UUID, *, note: str) -> HandOver:
    """Return a case with the reason; it is the sender's to take up again. Raises ReasonMissing, NotFound."""
    if not note.strip():
        raise ReasonMissing
    head, row = _lock_as_receiver(ctx, hand_over_id)
    return _return(ctx, head, row, HandOverStep.DECLINE, note)


def withdraw_hand_over(ctx: Ctx, hand_over_id: UUID, *, note: str) -> HandOver:
    """Take an offer back that was not answered yet. Raises ReasonMissing, NotFound, IllegalTransition."""
    if not note.strip():
        raise ReasonMissing
    head, row = _lock(ctx, hand_over_id)
    if ctx.actor.station_id not in (None, row.station_id):
        raise NotFound
    own_dispute(ctx, head.id)
    return _return(ctx, head, row, HandOverStep.WITHDRAW, note)


def chase_answer(ctx: Ctx, hand_over_id: UUID, *, nag: int) -> None:
    """Nobody answered in time: the receiving station's supervisors hear again, then its chief too."""
    dispute_id = ctx.session.scalar(select(HandOver.dispute_id).where(HandOver.id == hand_over_id))
    head = None if dispute_id is None else lock_case(ctx.session, dispute_id, station_id=None)
    if head is None:
        return
    row = _fresh(ctx, hand_over_id)
    if row.state != HandOverState.OFFERED:
        return
    roles = (Role.SUPERVISOR,) if nag == 0 else (Role.SUPERVISOR, Role.STATION_ADMIN)
    told = _tell_receivers(ctx, head, row, roles, step=f"unanswered.{nag}")
    note_event(ctx, head.id, WorkEvent.HAND_OVER, hand_over=str(row.id), state=row.state, level=nag, told=told)
    note_act(ctx, head, "dispute.hand_over_unanswered", hand_over=str(row.id), level=nag, told=told)
    set_timer(ctx, _chase(ctx, row, nag + 1))


def list_incoming(ctx: Ctx, *, states: frozenset[HandOverState], limit: int) -> list[dict[str, Any]]:
    """What other stations offered this one: what is told before it is taken names no party."""
    rows = hand_overs_to(ctx.session, ctx.actor.station, states=states, limit=limit)
    record(ctx, "dispute.hand_overs_read", SUBJECT, None, count=len(rows))
    return [
        {"hand_over": row, "ref": ref, "category": category, "colour": colour, "scale": scale, "strict": strict}
        for row, ref, category, colour, scale, strict in rows
    ]


def _check_receiver(ctx: Ctx, head: CaseHead, new: NewHandOver) -> None:
    to_station = new.receiver is ReceiverKind.STATION
    if to_station != (new.station_id is not None) or to_station == bool(new.department):
        raise BadReceiver
    if new.station_id is None:
        return
    if new.station_id == head.station_id:
        raise BadReceiver
    try:
        station_of(ctx.session, new.station_id)
    except NotFound:
        raise BadReceiver from None


def _return(ctx: Ctx, head: CaseHead, row: HandOver, step: HandOverStep, note: str) -> HandOver:
    _answer(ctx, row, step, note)
    sender = _at_sender(ctx, row)
    decide(sender, head, CaseStep.DECLINED, code=row.state, note=note)
    _finish(sender, head, row)
    return row


def _answer(ctx: Ctx, row: HandOver, step: HandOverStep, note: str | None) -> None:
    row.state = HAND_OVER.next(HandOverState(row.state), step)
    row.answered_at, row.answered_by, row.answer = ctx.now, ctx.actor.person_id, note


def _at_sender(ctx: Ctx, row: HandOver) -> Ctx:
    """The same person, acting on the sender's case: its trail and its clocks are the sender's."""
    return replace(ctx, actor=replace(ctx.actor, station_id=row.station_id))


def _finish(ctx: Ctx, head: CaseHead, row: HandOver) -> None:
    ctx.session.flush()
    cancel_timers(ctx, row.id, job=UNANSWERED)
    _note(ctx, head, row)
    rungs = ladder_of(ctx, head).rungs
    people = rungs[OWNER] | rungs[LEAD] | rungs[SUPERVISOR]
    tell(ctx, head, people - {ctx.actor.person_id}, template=ANSWERED, step=f"hand_over.{row.id}",
         variables={"ref": head.ref}, lives=_LIVES)  # fmt: skip


def _note(ctx: Ctx, head: CaseHead, row: HandOver) -> None:
    details = {"hand_over": str(row.id), "state": str(row.state), "receiver": row.receiver}
    details |= {"to": str(row.to_station_id)} if row.to_station_id else {}
    details |= {"copy": str(row.copy_id)} if row.copy_id else {}
    note_event(ctx, head.id, WorkEvent.HAND_OVER, **details)
    note_act(ctx, head, f"dispute.hand_over_{row.state}", **details)


def _tell_receivers(ctx: Ctx, head: CaseHead, row: HandOver, roles: tuple[Role, ...], *, step: str) -> int:
    if row.to_station_id is None:
        return 0
    people = people_with_role(ctx.session, row.to_station_id, roles)
    notices = [
        Notice(
            person, "dispute_hand_over", row.id, OFFERED, Urgency.NORMAL, step, ctx.now + _LIVES, {"ref": head.ref},
            station_id=row.to_station_id,
        )
        for person in people
    ]  # fmt: skip
    queue_notices(ctx, notices)
    return len(people)


def _chase(ctx: Ctx, row: HandOver, nag: int) -> TimerOrder:
    climbs = deadlines_for(ctx.session, row.station_id).climbs
    at = tell_at(row.due_at, nag, climbs, CHINA)
    return TimerOrder(UNANSWERED, row.id, at, step=str(nag), args={"nag": nag})


def _lock_as_receiver(ctx: Ctx, hand_over_id: UUID) -> tuple[CaseHead, HandOver]:
    """The hand-over, if the actor's station is asked, or has asked a department and writes down its answer."""
    head, row = _lock(ctx, hand_over_id)
    asked = row.to_station_id or row.station_id
    if ctx.actor.station_id != asked:
        raise NotFound
    if row.to_station_id is None:
        own_dispute(ctx, head.id)
    return head, row


def _lock(ctx: Ctx, hand_over_id: UUID) -> tuple[CaseHead, HandOver]:
    dispute_id = ctx.session.scalar(select(HandOver.dispute_id).where(HandOver.id == hand_over_id))
    seen = None if dispute_id is None else read_case(ctx.session, dispute_id, station_id=None)
    head = None if seen is None else lock_case(ctx.session, seen.id, station_id=None)
    if head is None:
        raise NotFound
    return head, _fresh(ctx, hand_over_id)


def _fresh(ctx: Ctx, hand_over_id: UUID) -> HandOver:
    statement = select(HandOver).where(HandOver.id == hand_over_id)
    return ctx.session.scalars(statement, execution_options={"populate_existing": True}).one()
