"""The wall of simulated phones: what arrived at the stand-ins, by whose phone it is."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from api.cockpit.gateways.mailboxes import read_mailboxes
from api.cockpit.queries import recipients_of
from api.cockpit.rules.arrivals import message_id_of, shown_of
from api.cockpit.types import Arrival, PhoneScreen, Shown, StandIn
from api.identity.errors import PhoneUnusable
from api.identity.queries import contacts_of, person_by_phone
from api.plumbing.context import Actor, Ctx, unit_of_work

LATEST = 300
SHOWN_EACH = 12


def show_wall(actor: Actor, stand_ins: Sequence[StandIn], *, request_id: str) -> list[PhoneScreen]:
    """The phones of the actor's station, the last rung first. No transaction is open while the stand-ins are asked."""
    arrivals = read_mailboxes(stand_ins, latest=LATEST)
    with unit_of_work(actor, request_id=request_id) as ctx:
        owners = _owners(ctx, arrivals)
        shown: dict[UUID, list[Shown]] = {}
        for arrival, owner in zip(arrivals, owners, strict=True):
            message = shown_of(arrival)
            if owner is not None and message is not None:
                shown.setdefault(owner, []).append(message)
        contacts = contacts_of(ctx.session, list(shown))
        return [
            PhoneScreen(person_id, contacts[person_id].name, contacts[person_id].phone, messages[:SHOWN_EACH])
            for person_id, messages in shown.items()
        ]


def _owners(ctx: Ctx, arrivals: Iterable[Arrival]) -> list[UUID | None]:
    arrivals = list(arrivals)
    ids = [_uuid(message_id_of(arrival)) for arrival in arrivals]
    people = recipients_of(ctx.session, ctx.actor.station, [found for found in ids if found])
    numbers = {each.address for each, found in zip(arrivals, ids, strict=True) if found is None}
    by_number = {number: _by_number(ctx, number) for number in numbers}
    return [
        people.get(found) if found else by_number.get(each.address) for each, found in zip(arrivals, ids, strict=True)
    ]


def _by_number(ctx: Ctx, number: str) -> UUID | None:
    try:
        return person_by_phone(ctx.session, ctx.actor.station, number)
    except PhoneUnusable:
        return None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
