"""By which channels a person can be reached at this moment, and the messages of one channel."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from api.identity.queries import contacts_of, live_registrations, phone_index
from api.identity.types import Contact, PhoneKind, Registration
from api.notifications.queries.quotas import over_quota
from api.notifications.rules.carriers import PROVIDERS_OF, PUSHES
from api.notifications.rules.keys import dedupe_key
from api.notifications.service.opt_outs import opted_out
from api.notifications.types import Channel, Notice
from api.plumbing.context import Ctx
from api.plumbing.outbox import NewMessage

# A registration with a provider we cannot send through is no way to reach anybody.
CHANNEL_OF: dict[str, Channel] = {provider: channel for channel in PUSHES for provider in PROVIDERS_OF[channel]}


@dataclass(frozen=True)
class Ways:
    """What is known of some people's phones: live registrations, numbers, and who may not be texted now."""

    registrations: Mapping[UUID, list[Registration]] = field(default_factory=dict)
    contacts: Mapping[UUID, Contact] = field(default_factory=dict)
    untextable: Collection[UUID] = ()

    def to(self, person_id: UUID) -> set[str]:
        """The channels of this person; `push` stands for every kind of push."""
        found = {Channel.PUSH.value} if self.registrations.get(person_id) else set()
        contact = self.contacts.get(person_id)
        if contact is not None:
            found.add(Channel.VOICE.value)
            if contact.phone_kind == PhoneKind.MOBILE and person_id not in self.untextable:
                found.add(Channel.SMS.value)
        return found


def pushes_to(ctx: Ctx, person_ids: Collection[UUID]) -> dict[UUID, list[Registration]]:
    """The live registrations of these people that we can send through."""
    found: dict[UUID, list[Registration]] = defaultdict(list)
    for registration in live_registrations(ctx.session, person_ids) if person_ids else ():
        if registration.provider in CHANNEL_OF:
            found[registration.person_id].append(registration)
    return found


def ways_to(ctx: Ctx, person_ids: Collection[UUID], template: str) -> Ways:
    """Every way to these people, for a message of this template; a few statements however many people."""
    return with_numbers(ctx, pushes_to(ctx, person_ids), person_ids, template)


def with_numbers(
    ctx: Ctx, registrations: Mapping[UUID, list[Registration]], person_ids: Collection[UUID], template: str
) -> Ways:
    """The ways by these registrations, and by the numbers of these people."""
    if not person_ids:
        return Ways(registrations)
    contacts = contacts_of(ctx.session, person_ids)
    indexes = {person_id: phone_index(contact.phone) for person_id, contact in contacts.items()}
    stopped = opted_out(ctx.session, set(indexes.values()))
    untextable = {person_id for person_id, index in indexes.items() if index in stopped}
    return Ways(registrations, contacts, untextable | over_quota(ctx.session, person_ids, template))


def messages_of(
    notice: Notice, channel: str, ways: Ways, station_id: UUID, *, not_before: datetime | None = None
) -> Iterator[NewMessage]:
    """The messages of one notice over one channel: one per phone that can be pushed to, else one per person."""
    if channel == Channel.PUSH:
        for registration in ways.registrations.get(notice.person_id, ()):
            yield _message(notice, CHANNEL_OF[registration.provider], station_id, not_before, registration.device_id)
        return
    yield _message(notice, Channel(channel), station_id, not_before)


def _message(
    notice: Notice, channel: Channel, station_id: UUID, not_before: datetime | None, device_id: UUID | None = None
) -> NewMessage:
    variables: dict[str, Any] = dict(notice.variables)
    subject = (notice.subject_kind, notice.subject_id)
    return NewMessage(
        station_id=station_id,
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
        variables=variables,
        not_before=not_before,
    )
