"""The call a provider asks about: what it is for, and whether that still stands."""

from uuid import UUID

from sqlalchemy import select

from api.identity.queries import contacts_of
from api.notifications.types import Channel, MessageState
from api.notifications.types.reaching import Call
from api.plumbing.context import Ctx
from api.plumbing.outbox import OutboxMessage

_TAKEN_BACK = (MessageState.CANCELLED, MessageState.EXPIRED)


def open_call(ctx: Ctx, message_id: UUID | None) -> Call | None:
    """The call of a message; None for what is no call of ours to an enrolled person."""
    row = ctx.session.execute(
        select(OutboxMessage).where(OutboxMessage.id == message_id, OutboxMessage.channel == Channel.VOICE)
    ).scalar_one_or_none()
    if row is None or row.person_id is None or row.subject_id is None:
        return None
    contact = contacts_of(ctx.session, [row.person_id]).get(row.person_id)
    return Call(
        message_id=row.id,
        station_id=row.station_id,
        person_id=row.person_id,
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
        template=row.template,
        language=contact.language if contact else "zh-CN",
        # Withdrawing takes a message's time away, also while it is ringing.
        over=row.state in _TAKEN_BACK or row.expires_at <= ctx.now,
    )
