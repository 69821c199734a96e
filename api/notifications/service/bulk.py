"""One message for many people: from a statement that selects them to the outbox, in one statement.

The texts are not in the rows: what a message says is its template, or a text shared by everything about its subject
(`keep_text`). The sealed variables of all rows are one value, sealed once, because they are all empty.
"""

from collections import Counter
from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, Select, delete, func, literal, select, text
from sqlalchemy.dialects.postgresql import TIMESTAMP, insert
from sqlalchemy.dialects.postgresql import UUID as PgUUID

from api.notifications.models import MessageText
from api.notifications.queries.channels import addresses_of, hold_of
from api.notifications.rules.states import MESSAGES, RANK
from api.notifications.rules.templates import check_variables
from api.notifications.types import BulkOrder, MessageEvent, MessageState, Wording
from api.plumbing.context import Ctx
from api.plumbing.crypto import SealedJson
from api.plumbing.db import among
from api.plumbing.outbox import CHANNEL, HELD_GRACE, OutboxMessage

_MOMENT = TIMESTAMP(timezone=True)
# One statement whatever the number, since what is not cancelled now may be sent next; nobody else wants these rows.
_WITHDRAW_ALL = text("""
    WITH open AS (
        SELECT id FROM outbox WHERE subject_id = :subject AND (state = ANY(:open) OR state = 'leased')
        ORDER BY id FOR UPDATE
    ), ended AS (
        UPDATE outbox SET
            state = CASE WHEN state = 'leased' THEN state ELSE 'cancelled' END,
            rank = CASE WHEN state = 'leased' THEN rank ELSE :rank END,
            expires_at = least(expires_at, :now)
        FROM open WHERE outbox.id = open.id RETURNING outbox.state
    )
    SELECT count(*) FROM ended WHERE state = 'cancelled'
""")


def keep_text(ctx: Ctx, subject_id: UUID, station_id: UUID, wording: dict[str, Wording]) -> None:
    """Keep the text of every message about this subject, by language."""
    words = {language: vars(text) for language, text in wording.items()}
    row = insert(MessageText).values(subject_id=subject_id, station_id=station_id, wording=words, created_at=ctx.now)
    ctx.session.execute(row.on_conflict_do_nothing())


def drop_texts(ctx: Ctx, subject_ids: Collection[UUID]) -> None:
    """Forget the texts of these subjects; messages that are still to be sent fall back to their templates."""
    statement = delete(MessageText).where(among(MessageText.subject_id, subject_ids))
    ctx.session.execute(statement.execution_options(synchronize_session=False))


def queue_to_many(ctx: Ctx, order: BulkOrder, people: Select[Any]) -> Counter[str]:
    """Queue a push to every phone of these people (a statement of person_id), or a text where there is none.

    Returns the number of new messages by channel. Who was told before of the same step is not told again.
    """
    check_variables(order.template, {})
    rows = _rows(ctx, order, people.cte("meant"))
    written = (
        insert(OutboxMessage)
        .from_select(list(rows), select(*rows.values()))
        .on_conflict_do_nothing(index_elements=["dedupe_key"])
        .returning(OutboxMessage.channel)
        .cte("written")
    )
    counts = ctx.session.execute(select(written.c.channel, func.count()).group_by(written.c.channel))
    found: Counter[str] = Counter({row[0]: row[1] for row in counts})
    for channel in found:
        lane = f"{order.urgency}:{channel}"
        ctx.session.execute(text("SELECT pg_notify(:channel, :lane)"), {"channel": CHANNEL, "lane": lane})
    return found


def withdraw_all(ctx: Ctx, subject_id: UUID) -> int:
    """Cancel whatever is unsent about one subject, however much; the caller's one audit entry tells the count."""
    facts = {
        "subject": subject_id,
        "open": sorted(MESSAGES.sources(MessageEvent.CANCEL)),
        "rank": RANK[MessageState.CANCELLED],
        "now": ctx.now,
    }
    cancelled: int = ctx.session.execute(_WITHDRAW_ALL, facts).scalar_one()
    return cancelled


def _rows(ctx: Ctx, order: BulkOrder, people: CTE) -> dict[str, ColumnElement[Any]]:
    addresses = addresses_of(order.station_id, people, order.only)
    held: ColumnElement[Any] = literal(None, _MOMENT)
    if order.respects_quiet:
        chosen, until = hold_of(ctx.session, order.station_id, ctx.now)
        if chosen is not None:
            reached = addresses.subquery("reached")
            addresses = select(*reached.c, until.label("until")).outerjoin(
                chosen, chosen.c.person_id == reached.c.person_id
            )
    to = addresses.subquery("recipients")
    if "until" in to.c:
        held = to.c.until
    return _columns(ctx, order, to, held)


def _columns(ctx: Ctx, order: BulkOrder, to: Any, held: ColumnElement[Any]) -> dict[str, ColumnElement[Any]]:
    now = literal(ctx.now, _MOMENT)
    # The same key as `rules.keys.dedupe_key` makes.
    key = func.concat(
        f"{order.subject_kind}:{order.subject_id}:",
        to.c.person_id,
        ":",
        to.c.channel,
        f":{order.step}:",
        to.c.device_id,
    )
    return {
        "id": func.uuid7_at(now),
        "station_id": literal(order.station_id, PgUUID(as_uuid=True)),
        "dedupe_key": key,
        "urgency": literal(order.urgency),
        "channel": to.c.channel,
        "person_id": to.c.person_id,
        "device_id": to.c.device_id,
        "subject_kind": literal(order.subject_kind),
        "subject_id": literal(order.subject_id, PgUUID(as_uuid=True)),
        "template": literal(order.template),
        "step": literal(order.step),
        "variables": literal({}, SealedJson("outbox.variables")),
        "next_at": func.coalesce(held + HELD_GRACE, now),
        "held_until": held,
        "expires_at": literal(order.expires_at, _MOMENT),
        "request_id": literal(ctx.request_id),
        "created_at": now,
    }
