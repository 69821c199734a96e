"""From draft to sending: at once where it reaches few, by a second person's word where it reaches many."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from api.audit.service import record
from api.kernel.errors import StaleVersion
from api.notices.errors import NobodyMeant
from api.notices.models import NoticeRow
from api.notices.queries import audience, notice_policy, target_of, view_of
from api.notices.rules.drafts import check_second_person
from api.notices.service.approving import needs_second_person
from api.notices.service.rows import lock_notice, move
from api.notices.service.sending import start_sending
from api.notices.service.telling import ask_approvers, tell_not_sent
from api.notices.types import Decision, NoticeEvent, NoticeView
from api.notifications.service import withdraw
from api.plumbing.context import Ctx


def submit_notice(ctx: Ctx, *, notice_id: UUID, version: int) -> NoticeView:
    """Send a draft, or ask for approval where it would reach more people than the station lets one person decide about.

    Raises NobodyMeant, StaleVersion, IllegalTransition.
    """
    row = lock_notice(ctx, notice_id, station_id=ctx.actor.station)
    policy = notice_policy(ctx.session, row.station_id)
    expected = _count(ctx, row)
    waits = needs_second_person(ctx, expected, policy)
    move(row, NoticeEvent.SUBMIT if waits else NoticeEvent.SEND)
    if row.version != version + 1:
        raise StaleVersion
    if not expected:
        raise NobodyMeant
    row.expected, row.submitted_by, row.submitted_at = expected, ctx.actor.person, ctx.now
    record(ctx, "notice.submitted", "notice", row.id, expected=expected, waits=waits, policy=policy.version)
    if waits:
        ask_approvers(ctx, row)
    else:
        start_sending(ctx, row)
    ctx.session.flush()
    return view_of(row)


def decide_notice(ctx: Ctx, *, notice_id: UUID, decision: Decision) -> NoticeView:
    """The second person's word. Raises SamePerson for whoever had a hand in it, IllegalTransition when it is late."""
    row = lock_notice(ctx, notice_id, station_id=ctx.actor.station)
    check_second_person(ctx.actor.person, {row.written_by, row.edited_by, row.submitted_by})
    move(row, NoticeEvent.APPROVE if decision is Decision.APPROVE else NoticeEvent.REJECT)
    row.decided_by, row.decided_at = ctx.actor.person, ctx.now
    record(ctx, "notice.decided", "notice", row.id, decision=decision, expected=row.expected)
    withdraw(ctx, row.id)  # the question to the others
    if decision is Decision.APPROVE:
        start_sending(ctx, row)
    else:
        tell_not_sent(ctx, row)
    ctx.session.flush()
    return view_of(row)


def _count(ctx: Ctx, row: NoticeRow) -> int:
    meant: Any = audience(row.station_id, target_of(ctx.session, row)).subquery()
    return ctx.session.scalar(select(func.count()).select_from(meant)) or 0
