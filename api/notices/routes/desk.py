"""The desk: write, preview, submit, decide, take back."""

from typing import Any
from uuid import UUID

from api.http.etags import matched_version, set_etag
from api.http.limits import OUTLINE_BODY, body_limit
from api.http.operation import operation
from api.http.paging import read_cursor, write_cursor
from api.identity.types import Permission
from api.kernel.paging import Page
from api.notices import service
from api.notices.queries import notice_in, notice_policy, notices_of
from api.notices.routes.blueprint import blp
from api.notices.schemas import (
    DecisionSchema,
    NoticeDraftSchema,
    NoticePolicyOrderSchema,
    NoticePolicySchema,
    NoticePreviewSchema,
    StationNoticePageSchema,
    StationNoticeQuery,
    StationNoticeSchema,
)
from api.notices.types import Draft, NoticePolicy, NoticeView, Preview
from api.plumbing.context import Ctx


@blp.route("/station/notices", methods=["POST"])
@body_limit(OUTLINE_BODY)
@operation(Permission.NOTICE_WRITE, creates=True)
@blp.arguments(NoticeDraftSchema)
@blp.response(201, StationNoticeSchema)
def write(ctx: Ctx, draft: Draft) -> NoticeView:
    """Write a notice

    It stays a draft, and nobody hears of it, until it is submitted.
    """
    notice = service.write_notice(ctx, draft=draft)
    set_etag(notice.version)
    return notice


@blp.route("/station/notices/preview", methods=["POST"])
@body_limit(OUTLINE_BODY)
@operation(Permission.NOTICE_WRITE)
@blp.arguments(NoticeDraftSchema)
@blp.response(200, NoticePreviewSchema)
def preview(ctx: Ctx, draft: Draft) -> Preview:
    """See whom a notice would reach

    By push, by text or not at all; how many parts the texts are and what they cost; nothing is kept.
    """
    return service.preview_notice(ctx, draft=draft)


@blp.route("/station/notices", methods=["GET"])
@operation(Permission.NOTICE_READ)
@blp.arguments(StationNoticeQuery, location="query")
@blp.response(200, StationNoticePageSchema)
def list_station(ctx: Ctx, query: dict[str, Any]) -> Page[NoticeView]:
    """List the station's notices

    The newest first; `state=awaiting` are those that wait for a second person.
    """
    last, limit = read_cursor(query["cursor"], "station notices"), query["limit"]
    before = UUID(last[0]) if last else None
    items = notices_of(ctx.session, ctx.actor.station, state=query["state"], before=before, limit=limit)
    return Page(items, write_cursor([str(items[-1].id)], "station notices") if len(items) == limit else None)


@blp.route("/station/notices/<uuid:notice_id>", methods=["GET"])
@operation(Permission.NOTICE_READ)
@blp.response(200, StationNoticeSchema)
def show_station(ctx: Ctx, notice_id: UUID) -> NoticeView:
    """Show a notice of the station

    With its words, whom it means, and who had a hand in it.
    """
    notice = notice_in(ctx.session, ctx.actor.station, notice_id)
    set_etag(notice.version)
    return notice


@blp.route("/station/notices/<uuid:notice_id>", methods=["PUT"])
@body_limit(OUTLINE_BODY)
@operation(Permission.NOTICE_WRITE)
@blp.arguments(NoticeDraftSchema)
@blp.response(200, StationNoticeSchema)
def edit(ctx: Ctx, draft: Draft, notice_id: UUID) -> NoticeView:
    """Change a draft

    Needs If-Match. What has been submitted can no longer be changed.
    """
    notice = service.edit_notice(ctx, notice_id=notice_id, version=matched_version(), draft=draft)
    set_etag(notice.version)
    return notice


@blp.route("/station/notices/<uuid:notice_id>/submit", methods=["POST"])
@operation(Permission.NOTICE_WRITE)
@blp.response(202, StationNoticeSchema)
def submit(ctx: Ctx, notice_id: UUID) -> NoticeView:
    """Send a notice, or ask for approval

    Needs If-Match: what is sent is what was seen. Above the station's limit of recipients it is `awaiting` afterwards.
    """
    notice = service.submit_notice(ctx, notice_id=notice_id, version=matched_version())
    set_etag(notice.version)
    return notice


@blp.route("/station/notices/<uuid:notice_id>/decision", methods=["POST"])
@operation(Permission.NOTICE_APPROVE)
@blp.arguments(DecisionSchema)
@blp.response(202, StationNoticeSchema)
def decide(ctx: Ctx, order: dict[str, Any], notice_id: UUID) -> NoticeView:
    """Approve or reject a notice

    By somebody who had no hand in it.
    """
    notice = service.decide_notice(ctx, notice_id=notice_id, decision=order["decision"])
    set_etag(notice.version)
    return notice


@blp.route("/station/notices/<uuid:notice_id>/withdraw", methods=["POST"])
@operation(Permission.NOTICE_WRITE)
@blp.response(200, StationNoticeSchema)
def withdraw(ctx: Ctx, notice_id: UUID) -> NoticeView:
    """Take a notice back

    What is not sent yet is cancelled, and phones no longer list it.
    """
    notice = service.withdraw_notice(ctx, notice_id=notice_id)
    set_etag(notice.version)
    return notice


@blp.route("/station/notice-policy", methods=["GET"])
@operation(Permission.NOTICE_READ)
@blp.response(200, NoticePolicySchema)
def show_policy(ctx: Ctx) -> NoticePolicy:
    """The station's limits for notices

    Above how many recipients a second person decides, and what a part of a text message costs.
    """
    return notice_policy(ctx.session, ctx.actor.station)


@blp.route("/station/notice-policy", methods=["PUT"])
@operation(Permission.REACH_MANAGE)
@blp.arguments(NoticePolicyOrderSchema)
@blp.response(200, NoticePolicySchema)
def change_policy(ctx: Ctx, policy: NoticePolicy) -> NoticePolicy:
    """Change the station's limits for notices

    Notices submitted before keep the decision that was taken.
    """
    return service.change_policy(ctx, policy=policy)
