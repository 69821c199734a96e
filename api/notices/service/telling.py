"""Telling the desk: who is to decide, and whose notice was not sent."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from api.identity.queries import people_with_role
from api.identity.rules import MATRIX
from api.identity.types import Permission
from api.notices.models import NoticeRow
from api.notifications.service import queue_notices
from api.notifications.types import Notice, Urgency
from api.plumbing.context import Ctx

LASTS = timedelta(hours=12)
# Not the notice's own kind, whose messages are counted as its receipts.
SUBJECT = "notice_approval"


def ask_approvers(ctx: Ctx, row: NoticeRow) -> None:
    """Everybody who may decide about it and had no hand in it; there is no message once it is over."""
    roles = [role for role, held in MATRIX.items() if Permission.NOTICE_APPROVE in held]
    may = set(people_with_role(ctx.session, row.station_id, roles))
    involved = {row.written_by, row.edited_by, row.submitted_by}
    _tell(ctx, row, sorted(may - involved), "notice_waits")


def tell_not_sent(ctx: Ctx, row: NoticeRow) -> None:
    """Whoever submitted it: it was rejected, or nobody decided in time."""
    if row.submitted_by is not None:
        _tell(ctx, row, [row.submitted_by], "notice_not_sent")


def _tell(ctx: Ctx, row: NoticeRow, people: Iterable[UUID], template: str) -> None:
    notices = [
        Notice(
            person_id=person,
            subject_kind=SUBJECT,
            subject_id=row.id,
            template=template,
            urgency=Urgency.NORMAL,
            step=template,
            expires_at=ctx.now + LASTS,
            station_id=row.station_id,
        )
        for person in people
    ]
    queue_notices(ctx, notices)
