"""Taking a notice's row in hand."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy import select

from api.kernel.errors import NotFound
from api.notices.models import NoticeRow
from api.notices.rules.states import NOTICES
from api.notices.types import NoticeEvent, NoticeState
from api.plumbing.context import Ctx


def lock_notice(ctx: Ctx, notice_id: UUID, *, station_id: UUID | None) -> NoticeRow:
    """The notice, locked until the end of the unit; raises NotFound. Without a station: for jobs only."""
    statement = select(NoticeRow).where(NoticeRow.id == notice_id)
    if station_id is not None:
        statement = statement.where(NoticeRow.station_id == station_id)
    row = ctx.session.scalar(statement.with_for_update(key_share=True).execution_options(populate_existing=True))
    if row is None:
        raise NotFound
    return row


def move(row: NoticeRow, event: NoticeEvent) -> NoticeState:
    """Take the step, if the table has it; raises IllegalTransition."""
    state = NOTICES.next(NoticeState(row.state), event)
    row.state = state
    row.version += 1
    return state


def of_station(ctx: Ctx, row: NoticeRow) -> Ctx:
    """The context of a job, with the notice's station: the entry belongs to its trail."""
    return replace(ctx, actor=replace(ctx.actor, station_id=row.station_id))
