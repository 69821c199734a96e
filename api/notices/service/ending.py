"""The end of a notice: taken back, or over."""

from uuid import UUID

from api.audit.service import record
from api.notices.models import NoticeRow
from api.notices.queries import counts_of, view_of
from api.notices.rules.states import NOTICES
from api.notices.service.rows import lock_notice, move, of_station
from api.notices.service.telling import tell_not_sent
from api.notices.types import NoticeEvent, NoticeState, NoticeView
from api.notifications.service import withdraw, withdraw_all
from api.plumbing.context import Ctx


def withdraw_notice(ctx: Ctx, *, notice_id: UUID) -> NoticeView:
    """Take a notice back: what is not sent yet is cancelled at once, and nobody finds it on the phone any more."""
    row = lock_notice(ctx, notice_id, station_id=ctx.actor.station)
    move(row, NoticeEvent.WITHDRAW)
    row.ended_by, row.ended_at = ctx.actor.person, ctx.now
    cancelled = withdraw_all(ctx, row.id)
    _keep_receipts(ctx, row)
    record(ctx, "notice.withdrawn", "notice", row.id, cancelled=cancelled)
    return view_of(row)


def expire_notice(ctx: Ctx, notice_id: UUID) -> None:
    """Its time is over; one whose end was moved, or that ended before, is left alone."""
    row = lock_notice(ctx, notice_id, station_id=None)
    if row.expires_at > ctx.now or not NOTICES.allows(NoticeState(row.state), NoticeEvent.EXPIRE):
        return
    undecided = row.state == NoticeState.AWAITING
    move(row, NoticeEvent.EXPIRE)
    row.ended_at = ctx.now
    _keep_receipts(ctx, row)
    record(of_station(ctx, row), "notice.expired", "notice", row.id)
    if undecided:
        withdraw(ctx, row.id)  # the question that nobody answered
        tell_not_sent(ctx, row)


def _keep_receipts(ctx: Ctx, row: NoticeRow) -> None:
    found = counts_of(ctx.session, row.id)
    row.receipts = [[str(grid_id) if grid_id else None, point, people] for grid_id, point, people in found]
    ctx.session.flush()
