"""Taking back what has not been sent, because the thing it was about has ended."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import text

from api.audit.service import record_many
from api.notifications.rules.states import MESSAGES, RANK
from api.notifications.types import MessageEvent, MessageState
from api.plumbing.context import Ctx

# A message in the provider's hands cannot be taken back, but its life ends now: whatever comes of this try, there is
# no other, and no fallback. Rows are locked in the order of their ids everywhere, so that no two statements deadlock.
_WITHDRAW = text("""
    WITH held AS (
        SELECT id, state = 'leased' AND handed_at IS NOT NULL AS handed FROM outbox
        WHERE subject_id = ANY(:subjects) AND state = ANY(:open)
          AND (:everybody OR person_id = ANY(:people))
        ORDER BY id FOR UPDATE
    )
    UPDATE outbox SET
        state = CASE WHEN handed THEN outbox.state ELSE 'cancelled' END,
        rank = CASE WHEN handed THEN rank ELSE :rank END,
        lease_token = CASE WHEN handed THEN lease_token END,
        expires_at = least(expires_at, :now)
    FROM held WHERE outbox.id = held.id RETURNING outbox.id, outbox.state
""")
_OPEN = sorted(MESSAGES.sources(MessageEvent.CANCEL))


def withdraw(
    ctx: Ctx, subject_ids: UUID | Collection[UUID], *, person_ids: Collection[UUID] | None = None
) -> list[UUID]:
    """Cancel every unsent message about the subjects (for some people only, if named); returns the cancelled ids.

    A message somebody is sending at this moment cannot be stopped, and is not in the result.
    """
    subjects = [subject_ids] if isinstance(subject_ids, UUID) else list(subject_ids)
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
