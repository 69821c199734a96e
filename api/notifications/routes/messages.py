"""HTTP of notifications: the phone's inbox and its acknowledgements, the desk's view of deliveries."""

from typing import Any
from uuid import UUID

from api.http.operation import operation
from api.http.paging import read_cursor, write_cursor
from api.http.schemas import PageQuery
from api.identity.types import Permission
from api.kernel.paging import Page
from api.notifications.queries import inbox_of, messages_about
from api.notifications.routes.blueprint import blp
from api.notifications.schemas.messages import AcknowledgementSchema, InboxPageSchema, MessagePageSchema, MessageQuery
from api.notifications.service import acknowledge
from api.notifications.types import Acknowledgement, InboxItem, MessageStatus
from api.plumbing.context import Ctx


@blp.route("/inbox", methods=["GET"])
@operation(Permission.SELF)
@blp.arguments(PageQuery, location="query")
@blp.response(200, InboxPageSchema)
def list_inbox(ctx: Ctx, query: dict[str, Any]) -> Page[InboxItem]:
    """Pull the inbox

    The caller's messages, newest first. A push is only a bell: pull on every start and wake-up, and show each id once.
    """
    before = read_cursor(query["cursor"], "inbox")
    items = inbox_of(ctx.session, ctx.actor.person, before=UUID(before[0]) if before else None, limit=query["limit"])
    return Page(items, write_cursor([str(items[-1].id)], "inbox") if len(items) == query["limit"] else None)


@blp.route("/messages/<uuid:message_id>/acknowledgements", methods=["POST"])
@operation(Permission.SELF, vital=True)
@blp.arguments(AcknowledgementSchema)
@blp.response(204)
def post_acknowledgement(ctx: Ctx, order: dict[str, Any], message_id: UUID) -> None:
    """Say what the phone did with a message

    Received, shown or read. May be sent twice, late and in any order: only the furthest and the earliest count.
    """
    acknowledge(ctx, message_id, Acknowledgement(**order))


@blp.route("/messages", methods=["GET"])
@operation(Permission.MESSAGE_READ)
@blp.arguments(MessageQuery, location="query")
@blp.response(200, MessagePageSchema)
def list_messages(ctx: Ctx, query: dict[str, Any]) -> Page[MessageStatus]:
    """See what became of the messages about a subject

    The station's messages about one subject (an offer, an incident), newest first, with their delivery states.
    """
    subject_id, limit = query["subject_id"], query["limit"]
    before = read_cursor(query["cursor"], f"messages {subject_id}")
    items = messages_about(
        ctx.session, ctx.actor.station, subject_id, before=UUID(before[0]) if before else None, limit=limit
    )
    return Page(items, write_cursor([str(items[-1].id)], f"messages {subject_id}") if len(items) == limit else None)
