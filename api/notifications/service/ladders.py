"""Ladders: one notice, channel after channel, until somebody is known to have read it.

Who climbs never waits for a ladder's lock (SKIP LOCKED): whoever holds it is climbing, proving or ending it. So a
proof or an end may lock ladders first and messages afterwards, though settling locks them the other way round.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, text, tuple_
from sqlalchemy.dialects.postgresql import insert as upsert

from api.notifications.models import Ladder
from api.notifications.rules.carriers import PUSHES
from api.notifications.rules.ladders import LADDERS, climb_at, next_rung, with_last_resort
from api.notifications.service.codes import give_codes
from api.notifications.service.ways import Ways, messages_of, pushes_to, with_numbers
from api.notifications.types import Channel, LadderStep, Notice
from api.notifications.types.reaching import LadderEvent, LadderState
from api.plumbing.context import Ctx
from api.plumbing.outbox import NewMessage, enqueue
from api.plumbing.timers import TimerOrder, cancel_timers_of, set_timers

CLIMB = "workers.jobs.ladders.climb"
BATCH = 500
# A ladder this late was left behind by its timer; the sweeper climbs it.
LATE = timedelta(seconds=5)

_MOVE = text("""
    UPDATE ladders SET rung = moved.rung, rungs = moved.rungs, state = moved.state, next_at = moved.next_at
    FROM unnest(CAST(:ids AS uuid[]), CAST(:rung AS smallint[]), CAST(:rungs AS jsonb[]), CAST(:states AS text[]),
        CAST(:next_ats AS timestamptz[])) AS moved(id, rung, rungs, state, next_at)
    WHERE ladders.id = moved.id
""")
_END = text("""
    WITH open AS (
        SELECT id FROM ladders WHERE subject_id = ANY(:subjects) AND state = ANY(:open)
          AND (:everybody OR person_id = ANY(:people))
        ORDER BY id FOR UPDATE
    )
    UPDATE ladders SET state = 'ended', next_at = NULL FROM open WHERE ladders.id = open.id RETURNING ladders.batch_id
""")
_DONE = text("""
    SELECT batch_id FROM unnest(CAST(:batches AS uuid[])) AS batch_id
    WHERE NOT EXISTS (SELECT FROM ladders WHERE ladders.batch_id = batch_id.batch_id AND next_at IS NOT NULL
                      AND state = 'climbing')
""")


@dataclass(frozen=True)
class Climber:
    """A ladder with its notice: what taking a rung needs."""

    id: UUID
    batch_id: UUID
    station_id: UUID
    notice: Notice
    rung: int = -1


@dataclass(frozen=True)
class Step:
    """Where a climber stands after a look for the next rung; no messages: there was none left to take."""

    climber: Climber
    rung: int
    state: LadderState
    next_at: datetime | None
    messages: Sequence[NewMessage] = ()


def start_ladders(ctx: Ctx, notices: Sequence[Notice]) -> list[NewMessage]:
    """Write a ladder per notice and take its first possible rung; returns the messages, for the caller to enqueue.

    A notice that was started before (subject, person, step) is left as it is. Timers are set here.
    """
    batch = ctx.new_id()
    climbers = [Climber(ctx.new_id(), batch, n.station_id or ctx.actor.station, n) for n in notices]
    steps = [_step(ctx, climber, ways) for climber, ways in _with_ways(ctx, climbers)]
    if not steps:
        return []
    written = upsert(Ladder).on_conflict_do_nothing(index_elements=["subject_id", "person_id", "step"])
    fresh = set(ctx.session.scalars(written.returning(Ladder.id), [_row(ctx, step) for step in steps]))
    steps = [step for step in steps if step.climber.id in fresh]
    _order(ctx, steps)
    return give_codes(ctx, [message for step in steps for message in step.messages])


def climb_due(ctx: Ctx, batch_id: UUID | None = None) -> int:
    """Take the next rung of every ladder that is due, of one batch or (the sweeper's) of all that are late.

    Returns how many climbed.
    """
    due = select(Ladder).where(Ladder.state == LadderState.CLIMBING, Ladder.expires_at > ctx.now)
    if batch_id is None:
        due = due.where(Ladder.next_at <= ctx.now - LATE)
    else:
        due = due.where(Ladder.batch_id == batch_id, Ladder.next_at <= ctx.now)
    climbed = turn = _climb(ctx, due)
    while turn == BATCH:
        turn = _climb(ctx, due)
        climbed += turn
    return climbed


def climb_now(ctx: Ctx, failed: Collection[tuple[UUID, UUID, str, str]]) -> set[tuple[UUID, UUID, str]]:
    """Go on at once where a rung turned out impossible: (subject, person, step, channel) of messages that failed.

    Returns which (subject, person, step) have a ladder at all; theirs is no other way of falling back. A ladder that
    stands on another channel by now is not moved.
    """
    keys = {key[:3] for key in failed}
    if not keys:
        return set()
    at = tuple_(Ladder.subject_id, Ladder.person_id, Ladder.step).in_(sorted(keys, key=str))
    known = ctx.session.execute(select(Ladder.id, Ladder.subject_id, Ladder.person_id, Ladder.step).where(at)).all()
    if known:
        due = select(Ladder).where(
            Ladder.id.in_([row.id for row in known]),
            Ladder.state == LadderState.CLIMBING,
            Ladder.expires_at > ctx.now,
        )
        channels = {(key[:3], _family(key[3])) for key in failed}
        _climb(ctx, due, only=channels)
    return {(row.subject_id, row.person_id, row.step) for row in known}


def end_ladders(ctx: Ctx, subject_ids: Collection[UUID], person_ids: Collection[UUID] | None) -> None:
    """Stop climbing: what it was about has ended. Their timers go too."""
    facts = {
        "subjects": list(subject_ids),
        "open": sorted(LADDERS.sources(LadderEvent.END)),
        "everybody": person_ids is None,
        "people": list(person_ids or ()),
    }
    stop_timers(ctx, ctx.session.scalars(_END, facts))


def stop_timers(ctx: Ctx, batch_ids: Iterable[UUID]) -> None:
    """Cancel the timers of batches in which nobody climbs any more."""
    batches = sorted(set(batch_ids))
    done = list(ctx.session.scalars(_DONE, {"batches": batches})) if batches else []
    if done:
        cancel_timers_of(ctx, done, job=CLIMB)


def _climb(ctx: Ctx, due: Select[Any], *, only: set[tuple[tuple[UUID, UUID, str], str]] | None = None) -> int:
    rows = ctx.session.scalars(
        due.order_by(Ladder.id).limit(BATCH).with_for_update(skip_locked=True).execution_options(populate_existing=True)
    )
    climbers = [_climber(row) for row in rows]
    if only is not None:
        climbers = [climber for climber in climbers if _stands_on(climber) in only]
    steps = [_step(ctx, climber, ways) for climber, ways in _with_ways(ctx, climbers)]
    if steps:
        facts = {
            "ids": [step.climber.id for step in steps],
            "rung": [step.rung for step in steps],
            "rungs": [json.dumps(_rungs(step.climber.notice)) for step in steps],
            "states": [step.state.value for step in steps],
            "next_ats": [step.next_at for step in steps],
        }
        ctx.session.execute(_MOVE, facts)
        enqueue(ctx, give_codes(ctx, [message for step in steps for message in step.messages]))
        _order(ctx, steps)
    return len(steps)


def _with_ways(ctx: Ctx, climbers: Sequence[Climber]) -> Iterable[tuple[Climber, Ways]]:
    registrations = pushes_to(ctx, {climber.notice.person_id for climber in climbers})
    # One look-up of numbers per template: how many texts a number may still get depends on it.
    for template in sorted({climber.notice.template for climber in climbers}):
        group = [climber for climber in climbers if climber.notice.template == template]
        numbered = {c.notice.person_id for c in group if not _pushes_next(c, registrations)}
        ways = with_numbers(ctx, registrations, numbered, template)
        yield from ((climber, ways) for climber in group)


def _pushes_next(climber: Climber, registrations: Mapping[UUID, object]) -> bool:
    """Whether the next rung is a push that can go out, so that nobody need look at numbers yet."""
    above = climber.notice.ladder[climber.rung + 1 : climber.rung + 2]
    first = above[0].channel if above else None
    return first == Channel.PUSH and bool(registrations.get(climber.notice.person_id))


def _step(ctx: Ctx, climber: Climber, ways: Ways) -> Step:
    ladder = with_last_resort(climber.notice.ladder, climber.rung, ways.to(climber.notice.person_id))
    climber = replace(climber, notice=replace(climber.notice, ladder=ladder))
    notice = climber.notice
    index = next_rung(notice.ladder, climber.rung, ways.to(notice.person_id))
    if index is None:
        return Step(climber, climber.rung, LADDERS.next(LadderState.CLIMBING, LadderEvent.EXHAUST), None)
    messages = list(messages_of(notice, notice.ladder[index].channel, ways, climber.station_id))
    next_at = climb_at(notice.ladder, index, ctx.now, notice.expires_at)
    return Step(climber, index, LADDERS.next(LadderState.CLIMBING, LadderEvent.CLIMB), next_at, messages)


def _order(ctx: Ctx, steps: Sequence[Step]) -> None:
    """One timer per batch and second, however many climb."""
    due = {(step.climber.batch_id, _whole(step.next_at)) for step in steps if step.next_at}
    set_timers(ctx, [TimerOrder(CLIMB, batch, at, f"{at:%Y%m%dT%H%M%S}") for batch, at in sorted(due)])


def _whole(moment: datetime) -> datetime:
    return moment if not moment.microsecond else moment.replace(microsecond=0) + timedelta(seconds=1)


def _family(channel: str) -> str:
    return Channel.PUSH.value if channel in PUSHES else channel


def _stands_on(climber: Climber) -> tuple[tuple[UUID, UUID, str], str]:
    notice = climber.notice
    channel = notice.ladder[climber.rung].channel if climber.rung >= 0 else ""
    return (notice.subject_id, notice.person_id, notice.step), channel


def _climber(row: Ladder) -> Climber:
    notice = Notice(
        row.person_id, row.subject_kind, row.subject_id, row.template, row.urgency, row.step, row.expires_at,
        row.variables, row.station_id, tuple(LadderStep(rung["channel"], rung["after_s"]) for rung in row.rungs),
    )  # fmt: skip
    return Climber(row.id, row.batch_id, row.station_id, notice, row.rung)


def _rungs(notice: Notice) -> list[dict[str, Any]]:
    return [{"channel": rung.channel, "after_s": rung.after_s} for rung in notice.ladder]


def _row(ctx: Ctx, step: Step) -> dict[str, Any]:
    notice = step.climber.notice
    return {
        "id": step.climber.id,
        "batch_id": step.climber.batch_id,
        "station_id": step.climber.station_id,
        "subject_kind": notice.subject_kind,
        "subject_id": notice.subject_id,
        "person_id": notice.person_id,
        "step": notice.step,
        "template": notice.template,
        "urgency": notice.urgency,
        "variables": dict(notice.variables),
        "rungs": _rungs(notice),
        "rung": step.rung,
        "state": step.state,
        "next_at": step.next_at,
        "expires_at": notice.expires_at,
        "created_at": ctx.now,
    }
