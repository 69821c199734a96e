"""Reading people, sessions and devices."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from api.identity.models import Device, Person, SignInSession, Tracker
from api.identity.rules import FIELD_ROLES, parse_phone, permissions_of, roles_through
from api.identity.types import (
    Contact,
    DeviceState,
    DeviceView,
    PersonStatus,
    PhoneKind,
    Profile,
    Registration,
    SessionState,
    SessionView,
    TrackerView,
)
from api.kernel.masking import mask_phone
from api.plumbing.context import Actor
from api.plumbing.crypto import blind_index
from api.plumbing.db import among

# FCM calls a registration that was silent for longer stale.
STALE_AFTER = timedelta(days=270)


def phone_index(e164: str) -> bytes:
    """The blind index under which a number is found."""
    return blind_index(e164, "people.phone")


def contacts_of(session: Session, person_ids: Collection[UUID]) -> dict[UUID, Contact]:
    """How to reach these people, whatever their status; ids nobody has are left out."""
    columns = (Person.id, Person.name, Person.phone, Person.language, Person.phone_kind)
    rows = session.execute(select(*columns).where(among(Person.id, person_ids)))
    return {row.id: Contact(row.id, row.name, row.phone, row.language, row.phone_kind) for row in rows}


def live_registrations(session: Session, person_ids: Collection[UUID]) -> list[Registration]:
    """The push addresses of these people that may be rung now.

    Live: the registration is active, its session neither revoked nor run out, its person active, and it was heard of
    in the last 270 days. An expired session counts as signed out: who rings there reaches an app that can answer
    nothing, while an SMS reaches the person.
    """
    columns = (Device.id, Device.person_id, Device.provider, Device.token, Device.platform)
    statement = (
        _live(select(*columns))
        .where(among(Device.person_id, person_ids))
        .order_by(Device.person_id, Device.last_seen_at.desc())
    )
    return [Registration(*row) for row in session.execute(statement)]


def _live(statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return (
        statement.join(SignInSession, SignInSession.id == Device.session_id)
        .join(Person, Person.id == Device.person_id)
        .where(
            Device.state == DeviceState.ACTIVE,
            Device.last_seen_at > func.now() - STALE_AFTER,
            SignInSession.state == SessionState.ACTIVE,
            SignInSession.expires_at > func.now(),
            Person.status == PersonStatus.ACTIVE,
        )
    )


def phones_to_ring() -> Select[*tuple[Any, ...]]:
    """(device_id, person_id, provider) of every registration that may be rung now, for a statement over many people."""
    return _live(select(Device.id.label("device_id"), Device.person_id, Device.provider))


def people_to_reach(station_id: UUID | None, roles: Collection[str] = ()) -> Select[*tuple[Any, ...]]:
    """(person_id, station_id, language, takes_texts, phone_index) of the station's active people, of some roles only
    if named; of all stations only in a job of the system."""
    takes_texts = (Person.phone_kind == PhoneKind.MOBILE).label("takes_texts")
    columns = (Person.id.label("person_id"), Person.station_id, Person.language, takes_texts, Person.phone_index)
    statement = select(*columns).where(Person.status == PersonStatus.ACTIVE)
    if station_id is not None:
        statement = statement.where(Person.station_id == station_id)
    return statement.where(Person.roles.overlap(list(roles))) if roles else statement


def person_by_phone(session: Session, station_id: UUID, phone: str) -> UUID | None:
    """The station's person with this number, whatever the status; raises PhoneUnusable for what is no number."""
    index = phone_index(parse_phone(phone).e164)
    return session.scalar(select(Person.id).where(Person.station_id == station_id, Person.phone_index == index))


def field_people_with(session: Session, index: bytes) -> Sequence[Row[*tuple[Any, ...]]]:
    """(id, station_id, roles) of everybody who may sign in with this number, at any station, oldest enrolment first."""
    statement = select(Person.id, Person.station_id, Person.roles).where(
        Person.phone_index == index,
        Person.status == PersonStatus.ACTIVE,
        Person.roles.overlap(sorted(FIELD_ROLES)),
    )
    return session.execute(statement.order_by(Person.id)).all()


def own_profile(session: Session, actor: Actor) -> Profile:
    """The acting person, with what this session may do, which can be less than all the roles allow."""
    row = session.execute(_profiles().where(Person.id == actor.person)).one()
    return replace(_profile(row), permissions=tuple(sorted(actor.permissions)))


def person_in(session: Session, station_id: UUID, person_id: UUID) -> Profile | None:
    """A person of the station."""
    row = session.execute(_profiles().where(Person.id == person_id, Person.station_id == station_id)).one_or_none()
    return _profile(row) if row else None


def people_of(
    session: Session, station_id: UUID, *, after: UUID | None, limit: int, status: str | None, role: str | None
) -> list[Profile]:
    """The station's people in order of enrolment, from after id `after`."""
    statement = _profiles().where(Person.station_id == station_id).order_by(Person.id).limit(limit)
    if after is not None:
        statement = statement.where(Person.id > after)
    if status is not None:
        statement = statement.where(Person.status == status)
    if role is not None:
        statement = statement.where(Person.roles.contains([role]))
    return [_profile(row) for row in session.execute(statement)]


def people_with_role(session: Session, station_id: UUID, roles: Collection[str]) -> list[UUID]:
    """The station's active people who hold at least one of these roles."""
    statement = select(Person.id).where(
        Person.station_id == station_id, Person.status == PersonStatus.ACTIVE, Person.roles.overlap(list(roles))
    )
    return list(session.scalars(statement.order_by(Person.id)))


def active_people(session: Session, person_ids: Collection[UUID]) -> set[UUID]:
    """Those of these people who belong to their station now."""
    active = Person.status == PersonStatus.ACTIVE
    return set(session.scalars(select(Person.id).where(among(Person.id, person_ids), active)))


def sessions_of(session: Session, person_id: UUID, *, current: UUID | None) -> list[SessionView]:
    """The sessions a person has open, the last used first."""
    statement = (
        select(
            SignInSession.id, SignInSession.method, SignInSession.label, SignInSession.created_at,
            SignInSession.last_used_at, SignInSession.expires_at,
        )
        .where(
            SignInSession.person_id == person_id,
            SignInSession.state == SessionState.ACTIVE,
            SignInSession.expires_at > func.now(),
        )
        .order_by(SignInSession.last_used_at.desc(), SignInSession.id.desc())
    )  # fmt: skip
    return [SessionView(*row, current=row.id == current) for row in session.execute(statement)]


def standing_of(session: Session, session_ids: Collection[UUID]) -> dict[UUID, frozenset[str]]:
    """Of these sign-ins those that still hold, each with the roles it gives now."""
    statement = (
        select(SignInSession.id, SignInSession.method, Person.roles)
        .join(Person, Person.id == SignInSession.person_id)
        .where(
            among(SignInSession.id, session_ids),
            SignInSession.state == SessionState.ACTIVE,
            SignInSession.expires_at > func.clock_timestamp(),
            Person.status == PersonStatus.ACTIVE,
        )
    )
    return {id_: roles_through(method, roles) for id_, method, roles in session.execute(statement)}


def devices_of(session: Session, person_id: UUID) -> list[DeviceView]:
    """A person's active push registrations, the last seen first."""
    statement = (
        select(
            Device.id, Device.install_id, Device.provider, Device.platform, Device.registered_at, Device.last_seen_at
        )
        .where(Device.person_id == person_id, Device.state == DeviceState.ACTIVE)
        .order_by(Device.last_seen_at.desc(), Device.id)
    )
    return [DeviceView(*row) for row in session.execute(statement)]


def trackers_of(session: Session, person_id: UUID) -> list[TrackerView]:
    """A person's trackers that were not revoked, the oldest first."""
    columns = (Tracker.id, Tracker.label, Tracker.created_at, Tracker.last_used_at)
    statement = select(*columns).where(Tracker.person_id == person_id, Tracker.revoked_at.is_(None))
    return [TrackerView(*row) for row in session.execute(statement.order_by(Tracker.id))]


def _profiles() -> Select[*tuple[Any, ...]]:
    return select(
        Person.id, Person.station_id, Person.name, Person.phone, Person.phone_kind, Person.language, Person.roles,
        Person.status, Person.username, Person.totp_secret.is_not(None).label("has_second_factor"),
        Person.version, Person.created_at,
    )  # fmt: skip


def _profile(row: Row[*tuple[Any, ...]]) -> Profile:
    values = row._asdict()
    values["phone"] = mask_phone(row.phone)
    values["permissions"] = tuple(sorted(permissions_of(row.roles)))
    values["roles"] = tuple(row.roles)
    return Profile(**values)
