"""Positions from the phone: judged, kept, and the newest believed one made the last position."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text

from api.duty.errors import NotOnDuty
from api.duty.rules import judge_fixes, kept, newest_used
from api.duty.rules.following import MOVED_JOB, says_something, stretch_of
from api.duty.types import Fix, FixBatch, Mark, Track, Verdict
from api.kernel.geo import Point
from api.plumbing.context import Ctx
from api.plumbing.timers import TimerOrder, order_once

# How far back a repeated upload is recognised; also bounds the trail partitions the look-up touches.
REPEAT_WINDOW = timedelta(days=2)

_LOCK = text("""
    SELECT member_id, station_id, on_duty_since, engaged_since,
           ST_Y(position::geometry), ST_X(position::geometry), accuracy_m, fix_at, engaged_with
    FROM duty_live WHERE person_id = :person_id AND (on_duty OR engaged_with IS NOT NULL)
    LIMIT 1 FOR NO KEY UPDATE
""")
_KNOWN = text("""
    SELECT captured_at, lat, lon, accuracy_m, verdict FROM positions
    WHERE member_id = :member_id AND received_at > :since
      AND (captured_at = ANY(CAST(:captured AS timestamptz[])) OR captured_at > :last_at AND verdict = 'impossible')
    ORDER BY captured_at
""")
_KEEP = text("""
    INSERT INTO positions (member_id, station_id, received_at, datum,
        captured_at, lat, lon, accuracy_m, speed_mps, heading, verdict)
    SELECT :member_id, :station_id, :received_at, :datum, f.* FROM unnest(
        CAST(:captured AS timestamptz[]), CAST(:lats AS float8[]), CAST(:lons AS float8[]),
        CAST(:accuracies AS float4[]), CAST(:speeds AS float4[]), CAST(:headings AS float4[]),
        CAST(:verdicts AS text[])) AS f
""")
_MOVE = text("""
    UPDATE duty_live SET position = CAST(:here AS geography), fix_at = :fix_at, received_at = :received_at,
        accuracy_m = :accuracy_m, fix_datum = :datum
    WHERE member_id = :member_id
""")


class _Sender(NamedTuple):
    member_id: UUID
    station_id: UUID
    opened_at: datetime
    last: Mark | None
    engaged: bool


def record_positions(ctx: Ctx, batch: FixBatch) -> list[Verdict]:
    """Judge and keep the acting member's fixes; one verdict each, in the order given.

    A handful of statements whatever the size. The live row is locked first, so that the same batch sent twice at once
    is recognised as a duplicate by the second. Raises NotOnDuty, with nothing stored.
    """
    sender = _lock_sender(ctx)
    verdicts = judge_fixes(batch.fixes, _track(ctx, sender, batch.fixes))
    _keep_trail(ctx, sender, batch, verdicts)
    newest = newest_used(batch.fixes, verdicts)
    if newest is not None:
        _move(ctx, sender, batch, newest)
    if sender.engaged and says_something(verdicts):
        _pass_on(ctx, sender)
    return verdicts


def _pass_on(ctx: Ctx, sender: _Sender) -> None:
    stretch, due_at = stretch_of(ctx.now)
    order_once(ctx, [TimerOrder(MOVED_JOB, sender.member_id, due_at, step=stretch)])


def _lock_sender(ctx: Ctx) -> _Sender:
    row = ctx.session.execute(_LOCK, {"person_id": ctx.actor.person}).first()
    if row is None:
        raise NotOnDuty
    member_id, station_id, since, engaged_since, lat, lon, accuracy_m, fix_at, engaged_with = row
    opened_at = min(at for at in (since, engaged_since) if at is not None)
    last = None if fix_at is None else Mark(Point(lat, lon), accuracy_m, fix_at)
    return _Sender(member_id, station_id, opened_at, last, engaged_with is not None)


def _track(ctx: Ctx, sender: _Sender, fixes: Sequence[Fix]) -> Track:
    rows = ctx.session.execute(
        _KNOWN,
        {
            "member_id": sender.member_id,
            "since": ctx.now - REPEAT_WINDOW,
            "captured": [fix.captured_at for fix in fixes],
            "last_at": sender.last.captured_at if sender.last else sender.opened_at,
        },
    ).all()
    doubted = tuple(Mark(Point(lat, lon), acc, at) for at, lat, lon, acc, verdict in rows if verdict == "impossible")
    known = frozenset(row[0] for row in rows)
    return Track(sender.opened_at, ctx.now, sender.last, doubted, known)


def _keep_trail(ctx: Ctx, sender: _Sender, batch: FixBatch, verdicts: Sequence[Verdict]) -> None:
    rows = [(fix, verdict) for fix, verdict in zip(batch.fixes, verdicts, strict=True) if kept(verdict)]
    if not rows:
        return
    values: dict[str, Any] = {
        "member_id": sender.member_id,
        "station_id": sender.station_id,
        "received_at": ctx.now,
        "datum": batch.datum.value,
        "captured": [fix.captured_at for fix, _ in rows],
        "lats": [fix.point.lat for fix, _ in rows],
        "lons": [fix.point.lon for fix, _ in rows],
        "accuracies": [fix.accuracy_m for fix, _ in rows],
        "speeds": [fix.speed_mps for fix, _ in rows],
        "headings": [fix.heading for fix, _ in rows],
        "verdicts": [verdict.value for _, verdict in rows],
    }
    ctx.session.execute(_KEEP, values)


def _move(ctx: Ctx, sender: _Sender, batch: FixBatch, newest: Fix) -> None:
    ctx.session.execute(
        _MOVE,
        {
            "member_id": sender.member_id,
            "here": newest.point.ewkt,
            "fix_at": newest.captured_at,
            "received_at": ctx.now,
            "accuracy_m": newest.accuracy_m,
            "datum": batch.datum.value,
        },
    )
