"""Taking back what has not been sent, because the thing it was about has ended."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import text

from api.audit.service import record_many
from api.notifications.rules.states import MESSAGES, RANK
from api.notifications.service.ladders import end_ladders
from api.notifications.types import MessageEvent, MessageState
from api.plumbing.context import Ctx

# A message somebody is sending cannot be taken back, but its life ends now: whatever comes of this try, there is no
# other, and no fallback. Rows are locked in the order of their ids everywhere, so that no two statements deadlock.
_WITHDRAW = text("""
    WITH open AS (
        SELECT id FROM outbox
        WHERE subject_id = ANY(:subjects) AND (state = ANY(:open) OR state = 'leased')
          AND (:everybody OR person_id = ANY(:people))
        ORDER BY id FOR UPDATE
    )
    UPDATE outbox SET
        state = CASE WHEN state = 'leased' THEN state ELSE 'cancelled' END,
        rank = CASE WHEN state = 'leased' THEN rank ELSE :rank END,
        expires_at = least(expires_at, :now)
    FROM open WHERE outbox.id = open.id RETURNING outbox.id, outbox.state
""")
_OPEN = sorted(MESSAGES.sources(MessageEvent.CANCEL))


def withdraw(
    ctx: Ctx, subject_ids: UUID | Collection[UUID], *, person_ids: Collection[UUID] | None = None
) -> list[UUID]:
    """Cancel every unsent message about the subjects (for some people only, if named), and end their ladders.

    Returns the cancelled ids. A message somebody is sending at this moment cannot be stopped, and is not in the result.
    """
    subjects = [subject_ids] if isinstance(subject_ids, UUID) else list(subject_ids)
    # First, so that nobody is adding a step while the messages are looked for.
    end_ladders(ctx, subjects, person_ids)
    rows = ctx.session.execute(
        _WITHDRAW,
        {
            "subjects": subjects,
            "open": _OPEN,
            "everybody": person_ids is None,
            "people": list(person_ids or ()),
            "rank": RANK[MessageState.CANCELLED],
            "now": ctx.now,
        },
    )
    cancelled = [row.id for row in rows if row.state == MessageState.CANCELLED]
    record_many(ctx, "message.withdrawn", "message", [(message_id, {}) for message_id in cancelled])
    return cancelled
