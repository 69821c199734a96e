"""How many people would be reached how, in statements over sets: nobody is looked at one by one."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    SmallInteger,
    String,
    Time,
    and_,
    case,
    column,
    func,
    literal,
    null,
    select,
    true,
    union_all,
    values,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.orm import Session

from api.identity.queries import people_to_reach, phones_to_ring
from api.notifications.models import OptOut, OwnQuietHours
from api.notifications.queries.reach import quiet_settings, reach_policy
from api.notifications.rules.carriers import PROVIDERS_OF, PUSHES
from api.notifications.rules.quiet import quiet_until
from api.notifications.types import Channel, ChannelCount, Provider

# A registration with a provider we cannot send through is no way to reach anybody.
_CHANNEL_OF: dict[Provider, Channel] = {provider: channel for channel in PUSHES for provider in PROVIDERS_OF[channel]}
_MOMENT = TIMESTAMP(timezone=True)


def addresses_of(station_id: UUID, people: CTE, only: str | None = None) -> Select[Any]:
    """(person_id, channel, device_id): every phone of these people, or their number where they have no phone.

    `only`: their phones (`push`), or their numbers (`sms`), whatever else they have.
    """
    phones, numbers = phones_to_ring().subquery("phones"), people_to_reach(station_id).subquery("numbers")
    which = case(*((phones.c.provider == provider, channel.value) for provider, channel in _CHANNEL_OF.items()))
    rung = (
        select(phones.c.person_id, which.label("channel"), phones.c.device_id)
        .join(people, people.c.person_id == phones.c.person_id)
        .where(which.is_not(None))
        .cte("rung")
    )
    texted = (
        select(numbers.c.person_id, literal(Channel.SMS.value).label("channel"), null().cast(PgUUID).label("device_id"))
        .join(people, people.c.person_id == numbers.c.person_id)
        # Whoever wrote STOP gets no texts, however grave.
        .where(numbers.c.takes_texts, ~numbers.c.phone_index.in_(select(OptOut.number_index)))
    )
    if only == Channel.PUSH:
        return select(rung)
    if only == Channel.SMS:
        return texted
    texted = texted.where(~numbers.c.person_id.in_(select(rung.c.person_id)))
    return union_all(select(rung), texted).subquery("addresses").select()


def hold_of(session: Session, station_id: UUID, now: datetime) -> tuple[CTE | None, ColumnElement[Any]]:
    """Until when a row of `people` (a statement with person_id, joined to what is returned first) is held back.

    The rule itself runs here once for each different setting, not once for each person.
    """
    own, default = quiet_settings(session, station_id, now), reach_policy(session, station_id).quiet
    usual = quiet_until(default, now) if default else None
    if not own and usual is None:
        return None, null().cast(_MOMENT)
    rows = [(hours.starts, hours.ends, hours.zone, hours.days, until) for hours, until in own]
    table = values(
        column("starts", Time), column("ends", Time), column("zone", String), column("days", SmallInteger),
        column("until", _MOMENT), name="settings",
    ).data(rows or [(None, None, None, None, None)])  # fmt: skip
    mine = OwnQuietHours
    same = and_(*(getattr(mine, name) == table.c[name] for name in ("starts", "ends", "zone", "days")))
    chosen = (
        select(mine.person_id, table.c.until.cast(_MOMENT).label("until"))
        .select_from(mine)
        .outerjoin(table, same)
        .where(mine.station_id == station_id)
        .cte("chosen")
    )
    return chosen, case((chosen.c.person_id.is_(None), literal(usual, _MOMENT)), else_=chosen.c.until)


def count_channels(session: Session, station_id: UUID, people: Select[Any], now: datetime) -> ChannelCount:
    """How these people (a statement of person_id) would be reached, and how many of them are having quiet hours."""
    meant = people.cte("meant")
    addresses = addresses_of(station_id, meant).subquery("all_addresses")
    texted = addresses.c.channel == Channel.SMS.value
    people_count, pushed, phones = session.execute(
        select(
            select(func.count()).select_from(meant).scalar_subquery(),
            func.count(addresses.c.person_id.distinct()).filter(~texted),
            func.count().filter(~texted),
        ).select_from(addresses)
    ).one()
    numbers = people_to_reach(station_id).subquery("languages")
    texts = session.execute(
        select(numbers.c.language, func.count())
        .join(addresses, addresses.c.person_id == numbers.c.person_id)
        .where(texted)
        .group_by(numbers.c.language)
        .order_by(numbers.c.language)
    )
    languages = tuple((row[0], row[1]) for row in texts)
    held = _count_held(session, station_id, meant, now)
    return ChannelCount(people_count, pushed, phones, languages, held)


def _count_held(session: Session, station_id: UUID, meant: CTE, now: datetime) -> int:
    chosen, until = hold_of(session, station_id, now)
    if chosen is None:
        return 0
    held = select(func.count()).select_from(meant).outerjoin(chosen, chosen.c.person_id == meant.c.person_id)
    return session.scalar(held.where(true(), until.is_not(None))) or 0
