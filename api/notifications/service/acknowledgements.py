"""What phones say they did with a message: the proof that it was delivered, shown, read."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import UUID as PgUUID

from api.kernel.errors import NotFound
from api.notifications.rules.states import RANK, STATE_OF_ACK
from api.notifications.service.reading import note_reading
from api.notifications.types import AckKind, Acknowledgement
from api.notifications.types.reaching import Proof
from api.plumbing.context import Ctx

# One indexed statement, because ten thousand phones may say it within seconds. Every column only moves one way, so
# that the order in which an offline phone's words arrive does not matter. The phone's clock is believed only between
# the writing of the message and now.
_ACKNOWLEDGE = text("""
    UPDATE outbox SET
        state = CASE WHEN rank < :rank THEN :state ELSE state END,
        rank = greatest(rank, :rank),
        delivered_at = least(delivered_at, at),
        shown_at = CASE WHEN :shown THEN least(shown_at, at) ELSE shown_at END,
        read_at = CASE WHEN :read THEN least(read_at, at) ELSE read_at END,
        ack_seq = greatest(ack_seq, :seq)
    FROM (SELECT id AS message_id, greatest(least(CAST(:occurred_at AS timestamptz), :now), created_at) AS at
          FROM outbox WHERE id = :id AND person_id = :person) said
    WHERE id = said.message_id RETURNING id
""")
_ABOUT = text("SELECT subject_id, step FROM outbox WHERE id = :id AND person_id = :person").columns(
    subject_id=PgUUID(as_uuid=True)
)


def acknowledge(ctx: Ctx, message_id: UUID, acknowledgement: Acknowledgement) -> None:
    """Note what the actor's phone did with a message of the actor's; raises NotFound for anybody else's.

    Having read it stops the ladder it stands on.
    """
    state = STATE_OF_ACK[acknowledgement.kind]
    if acknowledgement.kind is AckKind.READ:
        _stop_ladder(ctx, message_id)
    found = ctx.session.execute(
        _ACKNOWLEDGE,
        {
            "id": message_id,
            "person": ctx.actor.person,
            "state": state,
            "rank": RANK[state],
            "shown": acknowledgement.kind is not AckKind.RECEIVED,
            "read": acknowledgement.kind is AckKind.READ,
            "seq": acknowledgement.client_seq,
            "occurred_at": acknowledgement.occurred_at,
            "now": ctx.now,
        },
    ).scalar()
    if found is None:
        raise NotFound


def _stop_ladder(ctx: Ctx, message_id: UUID) -> None:
    # Before the message's own row is locked: a ladder is always locked before its messages.
    row = ctx.session.execute(_ABOUT, {"id": message_id, "person": ctx.actor.person}).one_or_none()
    if row is not None and row.subject_id is not None:
        note_reading(ctx, row.subject_id, ctx.actor.person, Proof.ACK, step=row.step)
