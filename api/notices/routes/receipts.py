"""The desk: who was reached, and who has read it."""

from typing import Any
from uuid import UUID

from api.http.operation import operation
from api.http.paging import read_cursor, write_cursor
from api.http.schemas import PageQuery
from api.identity.types import Permission
from api.kernel.paging import Page
from api.notices.queries import count_by_area, count_progress, notice_in, unread_of
from api.notices.routes.blueprint import blp
from api.notices.schemas import NoticeAreaListSchema, NoticeReceiptsSchema, UnreadPageSchema
from api.notices.types import Progress, Unread
from api.plumbing.context import Ctx


@blp.route("/station/notices/<uuid:notice_id>/receipts", methods=["GET"])
@operation(Permission.NOTICE_READ)
@blp.response(200, NoticeReceiptsSchema)
def show_receipts(ctx: Ctx, notice_id: UUID) -> Progress:
    """Count who was reached

    Everybody once, at the furthest point: waiting, sent, in a summary, delivered, read, or not reached.
    """
    notice_in(ctx.session, ctx.actor.station, notice_id)
    return count_progress(ctx.session, notice_id)


@blp.route("/station/notices/<uuid:notice_id>/receipts/areas", methods=["GET"])
@operation(Permission.NOTICE_READ)
@blp.response(200, NoticeAreaListSchema)
def list_areas(ctx: Ctx, notice_id: UUID) -> dict[str, Any]:
    """Count who was reached, grid by grid

    By the grid somebody belonged to when it was sent.
    """
    notice_in(ctx.session, ctx.actor.station, notice_id)
    return {"items": count_by_area(ctx.session, notice_id)}


@blp.route("/station/notices/<uuid:notice_id>/unread", methods=["GET"])
@operation(Permission.NOTICE_READ)
@blp.arguments(PageQuery, location="query")
@blp.response(200, UnreadPageSchema)
def list_unread(ctx: Ctx, query: dict[str, Any], notice_id: UUID) -> Page[Unread]:
    """List who has not read it

    With their names, so that somebody can go and tell them.
    """
    notice_in(ctx.session, ctx.actor.station, notice_id)
    purpose, limit = f"unread {notice_id}", query["limit"]
    last = read_cursor(query["cursor"], purpose)
    items = unread_of(ctx.session, notice_id, after=UUID(last[0]) if last else None, limit=limit)
    return Page(items, write_cursor([str(items[-1].person_id)], purpose) if len(items) == limit else None)
