"""Deciding over which channels somebody is told, and writing the messages."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from api.notifications.rules.keys import dedupe_key
from api.notifications.rules.templates import check_variables
from api.notifications.service.codes import give_codes
from api.notifications.service.holding import hold_back
from api.notifications.service.ladders import start_ladders
from api.notifications.service.ways import Ways, messages_of, pushes_to
from api.notifications.types import Channel, Notice, NumberNotice
from api.plumbing.context import Ctx
from api.plumbing.crypto import blind_index
from api.plumbing.outbox import NewMessage, enqueue

# Where a text to somebody outside is addressed: beside the template's variables, sealed with them.
TO, LANGUAGE = "_to", "_language"


def queue_notices(ctx: Ctx, notices: Sequence[Notice]) -> list[UUID]:
    """Queue the first rung of each notice's ladder; without one, a push to every live registration, else a text.

    A few look-ups and one insert however many people. Returns the ids of the messages that are new. Raises Unrenderable
    (a mistake of the caller's, see `rules.templates`) when a template does not take the variables.
    """
    for notice in notices:
        check_variables(notice.template, notice.variables)
    plain = [notice for notice in notices if not notice.ladder]
    ways = Ways(pushes_to(ctx, {notice.person_id for notice in plain}))
    messages = give_codes(ctx, [message for notice in plain for message in _messages(ctx, notice, ways)])
    messages += start_ladders(ctx, [notice for notice in notices if notice.ladder])
    return enqueue(ctx, hold_back(ctx, messages))


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


def _messages(ctx: Ctx, notice: Notice, ways: Ways) -> Iterator[NewMessage]:
    channel = Channel.PUSH if ways.registrations.get(notice.person_id) else Channel.SMS
    return messages_of(notice, channel, ways, notice.station_id or ctx.actor.station)
