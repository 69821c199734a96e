"""The next channel: a text message takes over from a push that cannot arrive."""

from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import select

from api.identity.queries import live_registrations
from api.notifications.rules.keys import dedupe_key, fallback_step
from api.notifications.types import Channel, Provider
from api.plumbing.context import Ctx
from api.plumbing.db import among
from api.plumbing.outbox import NewMessage, OutboxMessage, enqueue


def fall_back(ctx: Ctx, *, always: Collection[UUID], if_last: Collection[UUID]) -> int:
    """Queue one text per person and step in place of these pushes; returns how many are new.

    Those in `if_last` only where the person has no live registration left, so dead ones must have been retired before,
    in the same transaction. A message about nothing, or to nobody enrolled, has no next channel.
    """
    if not always and not if_last:
        return 0
    statement = select(OutboxMessage).where(among(OutboxMessage.id, [*always, *if_last]))
    pushes = [row for row in ctx.session.scalars(statement) if row.person_id and row.subject_id]
    kept = set(always)
    reachable = _reachable(ctx, {row.person_id for row in pushes if row.person_id and row.id not in kept})
    return len(enqueue(ctx, [_text_for(row) for row in pushes if row.id in kept or row.person_id not in reachable]))


def _reachable(ctx: Ctx, people: Collection[UUID]) -> set[UUID]:
    found: Iterable[UUID] = (
        registration.person_id
        for registration in (live_registrations(ctx.session, people) if people else ())
        if registration.provider == Provider.FCM
    )
    return set(found)


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
