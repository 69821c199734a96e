"""The risk score of cases: from what is known, by the station's weights, with its history."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import insert, text

from api.disputes.errors import CaseOver
from api.disputes.models import DisputeScore
from api.disputes.queries.matches import matches_of
from api.disputes.queries.scores import score_rows
from api.disputes.queries.standards import deadlines_for, weights_for
from api.disputes.rules.access import is_strict
from api.disputes.rules.matching import sum_up
from api.disputes.rules.scores import ScoreFacts, grade
from api.disputes.rules.standards import Weights
from api.disputes.rules.states import ENDED
from api.disputes.service.steps import SUBJECT, note_act, note_event, note_events, own_dispute
from api.disputes.types import CaseHead, CaseState, Colour, EventKind, History, Match
from api.followups.queries import plan_of
from api.followups.service import regrade_plan
from api.plumbing.context import Ctx

_TOLD = ("pair_calls", "pair_days", "same_pair", "same_party", "same_address")
_KEEP = text("""
    UPDATE disputes SET score = :score, colour = :colour, colour_reasons = CAST(:reasons AS jsonb),
        weights_version = :weights_version, strict = :strict
    WHERE id = :id
""")
_PAINT = text("UPDATE disputes SET colour = :colour, by_hand = :by_hand, version = version + 1 WHERE id = :id")


def rescore(ctx: Ctx, ids: Sequence[UUID], *, first: bool = False) -> dict[UUID, Colour]:
    """Score these locked cases of one station again; returns their colours. What did not change is not written.

    A colour a person set stays, whatever the score says; the score and its reasons go on. `first`: just filed.
    """
    rows = score_rows(ctx.session, ids)
    if not rows:
        return {}
    station_id = rows[0].station_id
    weights, deadlines = weights_for(ctx.session, station_id), deadlines_for(ctx.session, station_id)
    found = matches_of(ctx.session, ids, days=deadlines.history_days, later=False)
    graded = [_graded(row, found[row.id], weights, deadlines.pair_days) for row in rows]
    changes = [each for each in graded if first or each["changed"]]
    _write(ctx, changes, weights, first=first)
    if first:
        note_events(ctx, [(each["id"], EventKind.HISTORY, each["history"]) for each in graded if each["history"]])
    return {each["id"]: Colour(each["colour"]) for each in graded}


def _graded(row: Any, matches: Sequence[Match], weights: Weights, pair_days: int) -> dict[str, Any]:
    history = sum_up(matches, calls=1 + row.repeat_calls, now=row.reported_at, pair_days=pair_days)
    graded = grade(_facts(row, history), weights)
    after = {
        "score": graded.score,
        "colour": row.colour if row.by_hand else graded.colour.value,
        "colour_reasons": [reason._asdict() for reason in graded.reasons],
        "strict": is_strict(frozenset(row.signs), minor=row.minor),
    }
    changed = any(getattr(row, name) != value for name, value in after.items())
    told = {name: getattr(history, name) for name in _TOLD} if history.matches else None
    return {**after, "id": row.id, "by_hand": row.by_hand, "before": row, "changed": changed, "history": told}


def _facts(row: Any, history: History) -> ScoreFacts:
    return ScoreFacts(
        signs=frozenset(row.signs),
        repeat_calls=row.repeat_calls,
        people_count=row.people_count,
        scale=row.scale,
        amount=row.amount,
        minor=row.minor,
        same_pair=history.same_pair,
        same_party=history.same_party,
        same_address=history.same_address,
    )


def _write(ctx: Ctx, changes: Sequence[dict[str, Any]], weights: Weights, *, first: bool) -> None:
    if not changes:
        return
    kept = ("id", "score", "colour", "strict")
    rows = [
        {
            **{name: change[name] for name in kept},
            "reasons": json.dumps(change["colour_reasons"]),
            "weights_version": weights.version,
        }
        for change in changes
    ]
    ctx.session.execute(_KEEP, rows)
    ctx.session.execute(insert(DisputeScore), [_line(ctx, change, weights) for change in changes])
    note_events(ctx, [(change["id"], EventKind.SCORED, _told(change)) for change in changes])
    if not first:
        _carry_on(ctx, changes)


def _line(ctx: Ctx, change: dict[str, Any], weights: Weights, note: str | None = None) -> dict[str, Any]:
    return {
        "dispute_id": change["id"],
        "at": ctx.now,
        "score": change["score"],
        "colour": change["colour"],
        "by_hand": change["by_hand"],
        "reasons": change["colour_reasons"],
        "weights_id": weights.id,
        "made_by": ctx.actor.person_id,
        "note": note,
    }


def _told(change: dict[str, Any]) -> dict[str, Any]:
    return {
        "score": change["score"],
        "colour": change["colour"],
        "was": change["before"].colour,
        "reasons": [reason["reason"] for reason in change["colour_reasons"]],
    }


def _carry_on(ctx: Ctx, changes: Sequence[dict[str, Any]]) -> None:
    for change in changes:
        before = change["before"]
        if change["strict"] != before.strict:
            note_event(ctx, change["id"], EventKind.STRICT, strict=change["strict"])
        if change["colour"] != before.colour:
            _regrade(ctx, change["id"], CaseState(before.state), change["colour"], why="score")


def _regrade(ctx: Ctx, dispute_id: UUID, state: CaseState, colour: str, *, why: str) -> None:
    plan = plan_of(ctx.session, SUBJECT, dispute_id) if state is CaseState.SETTLED else None
    if plan is not None:
        regrade_plan(ctx, plan.id, colour=colour, why=why)


def set_colour(ctx: Ctx, dispute_id: UUID, colour: Colour | None, *, note: str) -> None:
    """Set a case's colour by hand, with a reason; None gives it back to the score."""
    head = own_dispute(ctx, dispute_id)
    if head.state in ENDED:
        raise CaseOver
    take_colour(ctx, head, colour, note=note)
    if colour is None:
        rescore(ctx, [head.id])


def take_colour(ctx: Ctx, head: CaseHead, colour: Colour | None, *, note: str) -> None:
    """Give a locked case this colour, which the score does not change any more; None: it does again."""
    by_hand = colour is not None
    ctx.session.execute(_PAINT, {"id": head.id, "colour": colour or head.colour, "by_hand": by_hand})
    [row] = score_rows(ctx.session, [head.id])
    weights = weights_for(ctx.session, head.station_id)
    after = {
        "id": head.id, "score": row.score, "colour": row.colour, "by_hand": by_hand,
        "colour_reasons": row.colour_reasons,
    }  # fmt: skip
    ctx.session.execute(insert(DisputeScore), [_line(ctx, after, weights, note)])
    note_event(ctx, head.id, EventKind.COLOURED, colour=row.colour, was=head.colour, by_hand=by_hand)
    note_act(ctx, head, "dispute.coloured", colour=row.colour, was=head.colour, by_hand=by_hand)
    if row.colour != head.colour:
        _regrade(ctx, head.id, head.state, row.colour, why=note)


def history_of(ctx: Ctx, ids: Sequence[UUID]) -> dict[UUID, History]:
    """What is known today of the same people and places, for many cases of one station at once."""
    rows = score_rows(ctx.session, ids)
    if not rows:
        return {}
    deadlines = deadlines_for(ctx.session, rows[0].station_id)
    found = matches_of(ctx.session, [row.id for row in rows], days=deadlines.history_days, later=True)
    return {
        row.id: sum_up(found[row.id], calls=1 + row.repeat_calls, now=ctx.now, pair_days=deadlines.pair_days)
        for row in rows
    }
