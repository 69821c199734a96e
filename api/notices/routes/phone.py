"""The phone: one's own notices."""

from typing import Any
from uuid import UUID

from api.http.operation import operation
from api.http.paging import read_cursor, write_cursor
from api.http.schemas import PageQuery
from api.identity.types import Permission
from api.kernel.paging import Page
from api.notices import service
from api.notices.queries import own_notice, own_notices
from api.notices.routes.blueprint import blp
from api.notices.schemas import OwnNoticePageSchema, OwnNoticeSchema
from api.notices.types import OwnNotice
from api.plumbing.context import Ctx


@blp.route("/notices", methods=["GET"])
@operation(Permission.SELF)
@blp.arguments(PageQuery, location="query")
@blp.response(200, OwnNoticePageSchema)
def list_own(ctx: Ctx, query: dict[str, Any]) -> Page[OwnNotice]:
    """List one's notices

    The newest first; those withdrawn or over are gone.
    """
    last, limit = read_cursor(query["cursor"], "notices"), query["limit"]
    items = own_notices(ctx.session, ctx.actor.person, before=UUID(last[0]) if last else None, limit=limit)
    return Page(items, write_cursor([str(items[-1].id)], "notices") if len(items) == limit else None)


@blp.route("/notices/<uuid:notice_id>", methods=["GET"])
@operation(Permission.SELF)
@blp.response(200, OwnNoticeSchema)
def show_own(ctx: Ctx, notice_id: UUID) -> OwnNotice:
    """Read a notice

    One that was meant for the caller; its messages name it as `subject_id`.
    """
    return own_notice(ctx.session, ctx.actor.person, notice_id)


@blp.route("/notices/<uuid:notice_id>/read", methods=["POST"])
@operation(Permission.SELF)
@blp.response(204)
def mark_read(ctx: Ctx, notice_id: UUID) -> None:
    """Say that a notice was read

    The first time counts.
    """
    service.read_notice(ctx, notice_id)
