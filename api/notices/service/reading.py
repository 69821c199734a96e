"""Somebody it was meant for has read it."""

from uuid import UUID

from sqlalchemy import func, update

from api.notices.models import NoticeRecipient
from api.notices.queries import own_notice
from api.plumbing.context import Ctx


def read_notice(ctx: Ctx, notice_id: UUID) -> None:
    """Note that the acting person has read it; the first time counts. Raises NotFound for what is not theirs."""
    own_notice(ctx.session, ctx.actor.person, notice_id)
    ctx.session.execute(
        update(NoticeRecipient)
        .where(NoticeRecipient.notice_id == notice_id, NoticeRecipient.person_id == ctx.actor.person)
        .values(read_at=func.coalesce(NoticeRecipient.read_at, ctx.now))
        .execution_options(synchronize_session=False)
    )
