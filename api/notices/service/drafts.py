"""Writing a notice, and looking at whom it would reach before anybody is disturbed."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from api.audit.service import record
from api.grids.queries import known_units
from api.grids.service import check_outline
from api.kernel.errors import StaleVersion
from api.notices.errors import TargetUnknown
from api.notices.models import NoticePolicyRow, NoticeRow
from api.notices.queries import audience, notice_in, notice_policy, view_of
from api.notices.rules.drafts import bypasses_quiet, check_draft
from api.notices.rules.states import NOTICES
from api.notices.rules.wording import sms_texts
from api.notices.service.approving import needs_second_person
from api.notices.service.rows import lock_notice
from api.notices.types import Draft, NoticeEvent, NoticePolicy, NoticeState, NoticeView, Preview
from api.notifications.queries import count_channels
from api.notifications.rules.segments import count_segments
from api.notifications.types import ChannelCount
from api.plumbing.context import Ctx
from api.plumbing.timers import TimerOrder, set_timer

EXPIRE = "workers.jobs.notices.expire"


def write_notice(ctx: Ctx, *, draft: Draft) -> NoticeView:
    """Keep a draft; nobody is told before it is submitted."""
    _check(ctx, draft)
    row = NoticeRow(
        id=ctx.new_id(),
        station_id=ctx.actor.station,
        state=NoticeState.DRAFT,
        written_by=ctx.actor.person,
        written_at=ctx.now,
        **_columns(draft),
    )
    ctx.session.add(row)
    ctx.session.flush()
    _set_end(ctx, row)
    record(ctx, "notice.written", "notice", row.id, category=draft.category, severity=draft.severity)
    return notice_in(ctx.session, ctx.actor.station, row.id)


def edit_notice(ctx: Ctx, *, notice_id: UUID, version: int, draft: Draft) -> NoticeView:
    """Replace a draft by another; raises StaleVersion, and IllegalTransition for what is no draft any more."""
    _check(ctx, draft)
    row = lock_notice(ctx, notice_id, station_id=ctx.actor.station)
    NOTICES.next(NoticeState(row.state), NoticeEvent.SUBMIT)
    if row.version != version:
        raise StaleVersion
    for name, value in _columns(draft).items():
        setattr(row, name, value)
    row.edited_by = ctx.actor.person
    row.version += 1
    ctx.session.flush()
    _set_end(ctx, row)
    record(ctx, "notice.edited", "notice", row.id)
    return view_of(row)


def preview_notice(ctx: Ctx, *, draft: Draft) -> Preview:
    """Whom this would reach now and how, what the texts would cost, and whether somebody else has to agree."""
    _check(ctx, draft)
    station_id = ctx.actor.station
    meant = audience(station_id, draft.target).subquery("audience")
    people = select(meant.c.person_id)
    found = count_channels(ctx.session, station_id, people, ctx.now)
    policy = notice_policy(ctx.session, station_id)
    segments = _segments(draft, found)
    return Preview(
        people=found.people,
        by_push=found.by_push,
        phones=found.phones,
        by_sms=found.by_sms,
        unreachable=found.unreachable,
        held=0 if bypasses_quiet(draft.severity) else found.held,
        sms_segments=segments,
        cost_milliyuan=segments * policy.segment_milliyuan,
        needs_approval=needs_second_person(ctx, found.people, policy),
    )


def change_policy(ctx: Ctx, *, policy: NoticePolicy) -> NoticePolicy:
    """Write the station's next policy; `policy.version` is the one that was seen, 0 for none yet."""
    values = {
        "approve_above": policy.approve_above,
        "segment_milliyuan": policy.segment_milliyuan,
        "version": policy.version + 1,
        "changed_by": ctx.actor.person,
        "changed_at": ctx.now,
    }
    statement = insert(NoticePolicyRow).values(station_id=ctx.actor.station, **values)
    seen = NoticePolicyRow.version == policy.version
    statement = statement.on_conflict_do_update(index_elements=["station_id"], set_=values, where=seen)
    if ctx.session.scalar(statement.returning(NoticePolicyRow.version)) is None:
        raise StaleVersion
    record(ctx, "notice_policy.changed", "station", ctx.actor.station, approve_above=policy.approve_above)
    ctx.session.expire_all()
    return notice_policy(ctx.session, ctx.actor.station)


def _check(ctx: Ctx, draft: Draft) -> None:
    check_draft(draft, ctx.now)
    target = draft.target
    if target.unit_ids and known_units(ctx.session, ctx.actor.station, target.unit_ids) != set(target.unit_ids):
        raise TargetUnknown
    if target.area is not None:
        check_outline(ctx, target.area)


def _columns(draft: Draft) -> dict[str, Any]:
    target = draft.target
    return {
        "category": draft.category,
        "severity": draft.severity,
        "title_zh": draft.zh.title,
        "body_zh": draft.zh.body,
        "title_en": draft.en.title if draft.en else None,
        "body_en": draft.en.body if draft.en else None,
        "open_text": draft.open_text,
        "whole_station": target.whole_station,
        "unit_ids": list(target.unit_ids),
        "area": target.area.ewkt if target.area else None,
        "forces": list(target.forces),
        "roles": list(target.roles),
        "on_duty_only": target.on_duty_only,
        "expires_at": draft.expires_at,
    }


def _set_end(ctx: Ctx, row: NoticeRow) -> None:
    # A draft nobody submits ends as well, so that none lies about for years.
    set_timer(ctx, TimerOrder(EXPIRE, row.id, row.expires_at))


def _segments(draft: Draft, found: ChannelCount) -> int:
    texts = sms_texts(draft)
    return sum(count * count_segments(texts[language]) for language, count in found.texts)
