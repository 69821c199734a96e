"""Deciding over which channels somebody is told, and writing the messages."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from uuid import UUID

from api.identity.queries import live_registrations
from api.identity.types import Registration
from api.notifications.rules.keys import dedupe_key
from api.notifications.rules.templates import check_variables
from api.notifications.types import Channel, Notice, NumberNotice, Provider
from api.plumbing.context import Ctx
from api.plumbing.crypto import blind_index
from api.plumbing.outbox import NewMessage, enqueue

# Where a text to somebody outside is addressed: beside the template's variables, sealed with them.
TO, LANGUAGE = "_to", "_language"


def queue_notices(ctx: Ctx, notices: Sequence[Notice]) -> list[UUID]:
    """Queue a push to every live registration of each person, or a text where there is none.

    One look-up and one insert however many people. Returns the ids of the messages that are new. Raises Unrenderable
    (a mistake of the caller's, see `rules.templates`) when a template does not take the variables.
    """
    for notice in notices:
        check_variables(notice.template, notice.variables)
    registrations = _registrations_by_person(ctx, {notice.person_id for notice in notices})
    return enqueue(ctx, [message for notice in notices for message in _messages(ctx, notice, registrations)])


def queue_sms_to_number(ctx: Ctx, notice: NumberNotice) -> UUID | None:
    """Queue a text to a number outside the roster; None when this very message was queued before."""
    check_variables(notice.template, notice.variables)
    # The number itself must not stand in the key, which is not sealed.
    whom = blind_index(notice.phone, "outbox.to").hex()[:32]
    subject = (notice.subject_kind, notice.subject_id)
    message = NewMessage(
        station_id=notice.station_id or ctx.actor.station,
        dedupe_key=dedupe_key(subject, whom, Channel.SMS, notice.step),
        urgency=notice.urgency,
        channel=Channel.SMS,
        template=notice.template,
        step=notice.step,
        subject_kind=notice.subject_kind,
        subject_id=notice.subject_id,
        expires_at=notice.expires_at,
        variables={**notice.variables, TO: notice.phone, LANGUAGE: notice.language},
    )
    return next(iter(enqueue(ctx, [message])), None)


def _registrations_by_person(ctx: Ctx, person_ids: set[UUID]) -> dict[UUID, list[Registration]]:
    found: dict[UUID, list[Registration]] = defaultdict(list)
    if person_ids:
        for registration in live_registrations(ctx.session, person_ids):
            # A registration with a provider we cannot send through is no way to reach anybody.
            if registration.provider == Provider.FCM:
                found[registration.person_id].append(registration)
    return found


def _messages(ctx: Ctx, notice: Notice, registrations: dict[UUID, list[Registration]]) -> Iterator[NewMessage]:
    devices = registrations.get(notice.person_id)
    if not devices:
        yield _message(ctx, notice, Channel.SMS, None)
    for registration in devices or ():
        yield _message(ctx, notice, Channel.PUSH, registration.device_id)


def _message(ctx: Ctx, notice: Notice, channel: Channel, device_id: UUID | None) -> NewMessage:
    subject = (notice.subject_kind, notice.subject_id)
    return NewMessage(
        station_id=notice.station_id or ctx.actor.station,
        dedupe_key=dedupe_key(subject, str(notice.person_id), channel, notice.step, device_id),
        urgency=notice.urgency,
        channel=channel,
        template=notice.template,
        step=notice.step,
        subject_kind=notice.subject_kind,
        subject_id=notice.subject_id,
        person_id=notice.person_id,
        device_id=device_id,
        expires_at=notice.expires_at,
        variables=dict(notice.variables),
    )
