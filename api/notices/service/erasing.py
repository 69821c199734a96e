"""Erasing what notices said and whom they were for, once they have been over long enough; the counts stay."""

from sqlalchemy import delete, text, update

from api.notices.models import NoticeRecipient, NoticeRow
from api.notifications.service import drop_texts
from api.plumbing.context import Ctx
from api.plumbing.db import among

NOTICE = "notice"
GONE = "已删除"
_RIPE = text("""
    SELECT id FROM notices
    WHERE erased_at IS NULL AND ended_at < CAST(:now AS timestamptz) - interval '180 days'
      AND ended_at < CAST(:now AS timestamptz) - make_interval(days => retention_days(:purpose, station_id))
    ORDER BY ended_at LIMIT :limit FOR UPDATE SKIP LOCKED
""")


def erase_expired_notices(ctx: Ctx, *, limit: int) -> int:
    """Overwrite the words and forget the people of notices that ended long enough ago; returns how many."""
    ids = ctx.session.scalars(_RIPE, {"now": ctx.now, "purpose": NOTICE, "limit": limit}).all()
    if ids:
        gone = {"title_zh": GONE, "body_zh": GONE, "title_en": None, "body_en": None, "erased_at": ctx.now}
        for statement in (
            update(NoticeRow).where(among(NoticeRow.id, ids)).values(gone),
            delete(NoticeRecipient).where(among(NoticeRecipient.notice_id, ids)),
        ):
            ctx.session.execute(statement.execution_options(synchronize_session=False))
        drop_texts(ctx, ids)
    return len(ids)
