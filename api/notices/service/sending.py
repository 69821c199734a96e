"""Writing a notice into the outbox, a slice of its people at a time.

A slice is two statements in a transaction of its own: who is meant, by id from after the last one, and their messages.
Nothing is locked for longer than a slice takes, a slice that fails is done again, and one done twice changes nothing.
"""

from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, func, literal, select, text
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.dialects.postgresql import insert

from api.audit.service import record
from api.notices.models import NoticeRecipient, NoticeRow
from api.notices.queries import audience, target_of
from api.notices.rules.drafts import bypasses_quiet, choose_urgency
from api.notices.rules.wording import open_wording, template_of
from api.notices.service.rows import lock_notice, move, of_station
from api.notices.types import Category, NoticeEvent, NoticeState, Severity, Words
from api.notifications.service import keep_text, queue_to_many
from api.notifications.types import BulkOrder
from api.plumbing.context import Ctx
from api.plumbing.timers import TimerOrder, set_timer, set_timers

EXPAND = "workers.jobs.notices.expand"
SLICE = 10_000
STEP = "notice"
STUCK_AFTER = timedelta(minutes=2)
# A timer that failed too often is dead, and somebody may have mended what was wrong since.
_STUCK = text("""
    SELECT id FROM notices WHERE state = 'sending' AND sending_at < :before AND NOT EXISTS (
        SELECT FROM timers WHERE subject_id = notices.id AND state = 'waiting' AND job = :job)
""")


class _Slice(NamedTuple):
    """The last person of a slice, how many it has, and how many of them are new."""

    last: UUID | None
    chosen: int
    new: int


def start_sending(ctx: Ctx, row: NoticeRow) -> None:
    """Order the first slice, in the transaction that decided to send."""
    row.sending_at = ctx.now
    row.urgency = choose_urgency(Severity(row.severity), row.expected or 0)
    if row.open_text:
        english = None if row.title_en is None or row.body_en is None else Words(row.title_en, row.body_en)
        keep_text(ctx, row.id, row.station_id, open_wording(Words(row.title_zh, row.body_zh), english))
    _order_slice(ctx, row)


def expand_notice(ctx: Ctx, notice_id: UUID) -> bool:
    """Write the next slice; True while there may be more. A notice that is not being sent (any more) is left alone."""
    row = lock_notice(ctx, notice_id, station_id=None)
    if row.state != NoticeState.SENDING:
        return False
    slice_ = _add_recipients(ctx, row)
    if slice_.last is not None:
        queue_to_many(ctx, _order_of(row), _slice_of(row, slice_.last))
        row.reached_id, row.recipients = slice_.last, row.recipients + slice_.new
    if slice_.chosen == SLICE:
        _order_slice(ctx, row)
    else:
        move(row, NoticeEvent.FINISH)
        row.sent_at = ctx.now
        record(of_station(ctx, row), "notice.sent", "notice", row.id, recipients=row.recipients)
    ctx.session.flush()
    return row.state == NoticeState.SENDING


def take_up_stuck(ctx: Ctx) -> int:
    """Order the next slice of notices that are being sent and that no timer will go on with; returns how many."""
    rows = ctx.session.execute(_STUCK, {"before": ctx.now - STUCK_AFTER, "job": EXPAND}).all()
    label = ctx.now.strftime("%Y%m%dT%H%M%S")
    set_timers(ctx, [TimerOrder(EXPAND, row.id, ctx.now, step=f"again.{label}") for row in rows])
    return len(rows)


def _order_slice(ctx: Ctx, row: NoticeRow) -> None:
    # A step of its own for each slice: a timer that has fired stays fired.
    set_timer(ctx, TimerOrder(EXPAND, row.id, ctx.now, step=str(row.reached_id or "first")))


def _add_recipients(ctx: Ctx, row: NoticeRow) -> _Slice:
    meant = audience(row.station_id, target_of(ctx.session, row))
    person = meant.selected_columns.person_id
    if row.reached_id is not None:
        meant = meant.where(person > row.reached_id)
    chosen = meant.order_by(person).limit(SLICE).cte("chosen")
    notice = literal(row.id, PgUUID(as_uuid=True))
    written = (
        insert(NoticeRecipient)
        .from_select(["notice_id", "person_id", "grid_id"], select(notice, chosen.c.person_id, chosen.c.grid_id))
        .on_conflict_do_nothing()
        .returning(NoticeRecipient.person_id)
        .cte("written")
    )
    # PostgreSQL 15 has no max() of uuids.
    last = select(chosen.c.person_id).order_by(chosen.c.person_id.desc()).limit(1)
    counts = (select(func.count()).select_from(cte).scalar_subquery() for cte in (chosen, written))
    found = ctx.session.execute(select(last.scalar_subquery(), *counts)).one()
    return _Slice(*found)


def _slice_of(row: NoticeRow, last: UUID) -> Select[Any]:
    people = select(NoticeRecipient.person_id).where(
        NoticeRecipient.notice_id == row.id, NoticeRecipient.person_id <= last
    )
    return people if row.reached_id is None else people.where(NoticeRecipient.person_id > row.reached_id)


def _order_of(row: NoticeRow) -> BulkOrder:
    return BulkOrder(
        station_id=row.station_id,
        subject_kind="notice",
        subject_id=row.id,
        template=template_of(Category(row.category)),
        urgency=str(row.urgency),
        step=STEP,
        expires_at=row.expires_at,
        respects_quiet=not bypasses_quiet(Severity(row.severity)),
    )
