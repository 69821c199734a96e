"""The next channel: what takes over from a message that cannot arrive."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select

from api.notifications.rules.carriers import PUSHES
from api.notifications.rules.keys import dedupe_key, fallback_step
from api.notifications.service.codes import give_codes
from api.notifications.service.ladders import climb_now
from api.notifications.service.ways import pushes_to
from api.notifications.types import Channel
from api.plumbing.context import Ctx
from api.plumbing.db import among
from api.plumbing.outbox import NewMessage, OutboxMessage, enqueue


def fall_back(ctx: Ctx, *, always: Collection[UUID], if_last: Collection[UUID]) -> int:
    """Let the next channel take over from these messages; returns how many texts are new beside the ladders.

    What stands on a ladder takes its next rung at once. A push that stands on none is followed by one text per person
    and step. Pushes in `if_last` only where the person has no live registration left, so dead ones must have been
    retired before, in the same transaction. A message about nothing, or to nobody enrolled, has no next channel.
    """
    if not always and not if_last:
        return 0
    statement = select(OutboxMessage).where(among(OutboxMessage.id, [*always, *if_last]))
    failed = [row for row in ctx.session.scalars(statement) if row.person_id and row.subject_id]
    over = _without_another_phone(ctx, failed, set(always))
    on_ladders = climb_now(ctx, {key for row in over if (key := _rung_of(row))})
    rest = [
        row for row in over if row.channel in PUSHES and (row.subject_id, row.person_id, row.step) not in on_ladders
    ]
    return len(enqueue(ctx, give_codes(ctx, [_text_for(row) for row in rest])))


def _without_another_phone(ctx: Ctx, failed: Sequence[OutboxMessage], kept: set[UUID]) -> list[OutboxMessage]:
    """Those that are `kept` whatever there is, the others where no phone is left to push to."""
    asked = {row.person_id for row in failed if row.person_id and row.id not in kept and row.channel in PUSHES}
    reachable = pushes_to(ctx, asked)
    return [row for row in failed if row.id in kept or row.channel not in PUSHES or row.person_id not in reachable]


def _rung_of(row: OutboxMessage) -> tuple[UUID, UUID, str, str] | None:
    if row.subject_id is None or row.person_id is None:
        return None
    return row.subject_id, row.person_id, row.step, row.channel


def _text_for(push: OutboxMessage) -> NewMessage:
    step = fallback_step(push.step)
    # Without the device: two dead phones of one person make one text.
    subject = (push.subject_kind, push.subject_id or push.id)
    return NewMessage(
        station_id=push.station_id,
        dedupe_key=dedupe_key(subject, str(push.person_id), Channel.SMS, step),
        urgency=push.urgency,
        channel=Channel.SMS,
        template=push.template,
        step=step,
        origin_id=push.id,
        subject_kind=push.subject_kind,
        subject_id=push.subject_id,
        person_id=push.person_id,
        expires_at=push.expires_at,
        variables=push.variables,
    )
