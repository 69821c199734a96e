"""A case's steps: its state, the line in its timeline, and the reminders that climb until somebody acts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, text

from api.audit.service import record
from api.disputes.models import DisputeEvent
from api.disputes.queries.cases import insiders_of, is_insider, lock_case, read_case
from api.disputes.queries.standards import deadlines_for, named_for
from api.disputes.rules.access import Viewer, may_see
from api.disputes.rules.clocks import deadline, rung_of, tell_at
from api.disputes.rules.standards import Deadlines
from api.disputes.rules.states import DISPUTE, ENDED
from api.disputes.types import CaseHead, CaseState, CaseStep, EventKind, Sight
from api.followups.queries import ladders_of
from api.followups.rules.ladder import make_ladder, people_at
from api.followups.rules.working_days import CHINA
from api.followups.types import Ladder, Owner, Ward
from api.grids.queries import owners_of
from api.identity.queries import active_people
from api.kernel.errors import NotFound
from api.notifications.service import queue_notices, withdraw
from api.notifications.types import Notice, Urgency
from api.plumbing.context import Ctx
from api.plumbing.timers import TimerOrder, cancel_timers, set_timer

STEP_OVERDUE = "workers.jobs.disputes.step_overdue"
OVERDUE = "dispute_overdue"  # template
SUBJECT = "dispute"
# A reminder not read within the day is followed by the next one.
_REMINDER_LIVES = timedelta(days=1)

_MOVE = text("""
    UPDATE disputes SET state = :state, step_no = step_no + 1, step_since = :now, due_at = :due_at, level = 0,
        round = round + CASE WHEN :again THEN 1 ELSE 0 END,
        accepted_at = CASE WHEN :state = 'accepted' THEN coalesce(accepted_at, :now) ELSE accepted_at END,
        settled_at = CASE WHEN :state = 'settled' THEN CAST(:now AS timestamptz) WHEN NOT :again THEN settled_at END,
        closed_at = CASE WHEN :state = 'closed' THEN CAST(:now AS timestamptz) END,
        ended_at = CASE WHEN :ended THEN CAST(:now AS timestamptz) END, end_reason = :reason
    WHERE id = :id
    RETURNING round, accepted_at, settled_at, closed_at
""")
_AGAIN = frozenset({CaseStep.REOPEN, CaseStep.RELAPSE})


def note_event(ctx: Ctx, dispute_id: UUID, kind: str, /, **data: Any) -> None:
    """Append one line to the timeline; `data` holds ids, codes and numbers, nothing personal."""
    note_events(ctx, [(dispute_id, kind, data)])


def note_events(ctx: Ctx, events: Sequence[tuple[UUID, str, Mapping[str, Any]]]) -> None:
    """Append lines (case, kind, data) to the timelines, in this order."""
    shared = {"at": ctx.now, "actor_id": ctx.actor.person_id}
    rows = [{**shared, "dispute_id": id_, "kind": kind, "data": dict(data)} for id_, kind, data in events]
    if rows:
        ctx.session.execute(insert(DisputeEvent), rows)


def note_act(ctx: Ctx, head: CaseHead, action: str, **details: Any) -> None:
    """One entry of the trail about a case, at the case's station whoever acts."""
    at_station = ctx if ctx.actor.station_id else replace(ctx, actor=replace(ctx.actor, station_id=head.station_id))
    record(at_station, action, SUBJECT, head.id, **details)


def sight_of(ctx: Ctx, head: CaseHead) -> Sight:
    """How much of a case the actor sees."""
    return may_see(_viewer(ctx, head), station_id=head.station_id, strict=head.strict)


def _viewer(ctx: Ctx, head: CaseHead) -> Viewer:
    actor = ctx.actor
    if actor.person_id is None:
        return Viewer(actor.station_id, system=actor.kind == "system")
    return Viewer(
        station_id=actor.station_id,
        roles=actor.roles,
        insider=actor.person_id == head.lead_id
        or is_insider(ctx.session, head.id, actor.person_id)
        or _keeps(ctx, head, actor.person_id),
        named=head.strict and actor.person_id in named_for(ctx.session, head.station_id),
    )


def _keeps(ctx: Ctx, head: CaseHead, person_id: UUID) -> bool:
    # Until a case has a lead its grid's owner answers for it: they are told when it is late, so they may see to it.
    if head.strict or head.lead_id is not None or head.unit_id is None:
        return False
    return person_id in owners_of(ctx.session, [head.unit_id]).get(head.unit_id, ())


def own_dispute(ctx: Ctx, dispute_id: UUID, *, least: Sight = Sight.FULL) -> CaseHead:
    """The case, locked, if the actor needs to know it (`least`: how much of it); raises NotFound."""
    head = lock_case(ctx.session, dispute_id, station_id=ctx.actor.station_id)
    return _checked(ctx, head, least)


def seen_dispute(ctx: Ctx, dispute_id: UUID, *, least: Sight = Sight.MASKED) -> CaseHead:
    """The case as it is, unlocked, if the actor may see so much of it; raises NotFound."""
    head = read_case(ctx.session, dispute_id, station_id=ctx.actor.station_id)
    return _checked(ctx, head, least)


def _checked(ctx: Ctx, head: CaseHead | None, least: Sight) -> CaseHead:
    if head is None:
        raise NotFound
    sight = sight_of(ctx, head)
    if sight is Sight.NONE or (least is Sight.FULL and sight is not Sight.FULL):
        raise NotFound
    return head


def move_case(
    ctx: Ctx, head: CaseHead, step: CaseStep, *, reason: str | None = None, due_at: datetime | None = None
) -> CaseHead:
    """Take one step of a locked case; raises IllegalTransition.

    The new state's deadline is `due_at` where the step sets one (a suspension's end), else the standard's. `reason` is
    a code. The actor's need to know was checked by `own_dispute`.
    """
    state = DISPUTE.next(head.state, step)
    ended = state in ENDED
    deadlines = deadlines_for(ctx.session, head.station_id)
    due = None if ended else due_at or due_in(ctx.now, state, deadlines)
    row = ctx.session.execute(
        _MOVE,
        {
            "id": head.id, "state": state, "now": ctx.now, "due_at": due, "again": step in _AGAIN, "ended": ended,
            "reason": reason if ended else None,
        },
    ).one()  # fmt: skip
    moved = head._replace(state=state, step_no=head.step_no + 1, step_since=ctx.now, due_at=due, **row._mapping)
    cancel_timers(ctx, head.id, job=STEP_OVERDUE)
    if due is not None:
        set_timer(ctx, reminder(head.id, moved.step_no, due, 0, deadlines))
    if ended:
        # Staff who have not read yet that something waits need not any more; what parties are told of the end goes out.
        withdraw(ctx, head.id, person_ids=frozenset().union(*ladder_of(ctx, head).rungs))
    note_event(ctx, head.id, EventKind.STATE, state=state, step=step, reason=reason)
    note_act(ctx, head, f"dispute.{step}", state=state, reason=reason)
    return moved


def due_in(now: datetime, state: CaseState, deadlines: Deadlines) -> datetime | None:
    """The deadline of a state entered now; None for one the standard sets none for."""
    days = deadlines.states.get(state)
    return None if days is None else deadline(now, days, CHINA)


def reminder(dispute_id: UUID, step_no: int, due_at: datetime, nag: int, deadlines: Deadlines) -> TimerOrder:
    """The timer of one reminder. Its step is new each time, since a timer that fired stays fired."""
    at = tell_at(due_at, nag, deadlines.climbs, CHINA)
    return TimerOrder(STEP_OVERDUE, dispute_id, at, step=f"{step_no}.{nag}", fence=step_no, args={"nag": nag})


def report_overdue(ctx: Ctx, dispute_id: UUID, *, fence: int, nag: int) -> bool:
    """Tell the next rung that a step is overdue, and order the next reminder; False if the step was taken."""
    head = lock_case(ctx.session, dispute_id, station_id=None)
    if head is None or head.step_no != fence or head.due_at is None:
        return False
    rung = rung_of(nag)
    people = people_at(ladder_of(ctx, head), rung)
    ctx.session.execute(text("UPDATE disputes SET level = :rung WHERE id = :id"), {"rung": rung, "id": head.id})
    late_s = int((ctx.now - head.due_at).total_seconds())
    note_event(ctx, head.id, EventKind.OVERDUE, state=head.state, level=rung, told=len(people), late_s=late_s)
    note_act(ctx, head, "dispute.overdue", state=head.state, level=rung, told=len(people))
    tell(ctx, head, people, template=OVERDUE, step=f"overdue-{fence}.{nag}", variables={"ref": head.ref})
    deadlines = deadlines_for(ctx.session, head.station_id)
    set_timer(ctx, reminder(head.id, head.step_no, head.due_at, nag + 1, deadlines))
    return True


def ladder_of(ctx: Ctx, head: CaseHead) -> Ladder:
    """Who answers for a case, bottom up: its people, its lead or the grid's owner, supervisors, the chief.

    Of a strict case only those hear who may see it; the chief, who may name others, always does.
    """
    ward = Ward(head.station_id, Owner(lead_id=head.lead_id), None if head.strict else head.unit_id)
    _, leads, supervisors, chiefs = ladders_of(ctx.session, [ward])[0].rungs
    insiders = active_people(ctx.session, set(insiders_of(ctx.session, head.id)))
    if head.strict:
        supervisors = supervisors & named_for(ctx.session, head.station_id)
    return make_ladder(insiders, leads, supervisors, chiefs)


def tell(
    ctx: Ctx, head: CaseHead, people: Collection[UUID], *, template: str, step: str,
    variables: Mapping[str, str] | None = None, urgency: Urgency = Urgency.NORMAL, lives: timedelta = _REMINDER_LIVES,
) -> None:  # fmt: skip
    """Queue one message about a case to each of these people; it names the case by its reference only."""
    queue_notices(
        ctx,
        [
            Notice(
                person, SUBJECT, head.id, template, urgency, step, ctx.now + lives, variables or {},
                station_id=head.station_id,
            )
            for person in sorted(people)
        ],
    )  # fmt: skip
