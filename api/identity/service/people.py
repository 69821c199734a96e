"""People: enrolled in bulk from a roster or one by one, edited, suspended, and never deleted."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from api.audit.service import record, record_many, record_reading
from api.audit.types import Usual
from api.identity.errors import NotOnYourself, PhoneTaken
from api.identity.models import Person
from api.identity.queries import contacts_of, person_in, phone_index
from api.identity.rules import parse_phone
from api.identity.rules.lives import PERSON
from api.identity.service.sessions import end_all_sessions
from api.identity.types import Contact, NewPerson, PersonEdit, PersonEvent, PersonStatus, Phone, Profile, Role
from api.kernel.errors import NotFound, StaleVersion
from api.plumbing.context import Ctx
from api.plumbing.db import among

# A desk calls the same people back and forth on a bad day, and never a whole roster.
USUAL_CALLS = Usual(same=10, others=40)


def enroll_people(ctx: Ctx, people: Sequence[NewPerson]) -> dict[str, UUID]:
    """Enrol people at the actor's station: their ids by phone as given.

    A number the station already knows keeps its person unchanged (name, roles and status too), so enrolling a roster
    twice changes nothing. A few statements for any number of people; raises PhoneUnusable.
    """
    numbers = {person.phone: parse_phone(person.phone) for person in people}
    wanted = {numbers[person.phone].e164: person for person in reversed(people)}
    rows = [_row(ctx, person, numbers[person.phone]) for person in reversed(wanted.values())]
    _insert_new(ctx, rows)
    indexes = {phone.e164: phone_index(phone.e164) for phone in numbers.values()}
    known = _ids_by_index(ctx, indexes.values())
    return {given: known[indexes[phone.e164]] for given, phone in numbers.items()}


def create_person(ctx: Ctx, *, person: NewPerson) -> Profile:
    """Enrol one person; raises PhoneTaken when the station knows the number."""
    created = _insert_new(ctx, [_row(ctx, person, parse_phone(person.phone))])
    if not created:
        raise PhoneTaken
    return _get(ctx, created[0])


def edit_person(ctx: Ctx, *, person_id: UUID, version: int, edit: PersonEdit) -> Profile:
    """Change name, number or language of a person of the station, seen at `version`."""
    values: dict[str, Any] = {key: value for key, value in (("name", edit.name), ("language", edit.language)) if value}
    if edit.phone is not None:
        values |= _phone_columns(parse_phone(edit.phone))
    try:
        with ctx.session.begin_nested():
            _update(ctx, person_id, version, values)
    except IntegrityError:  # the only key an edit can break is the number's
        raise PhoneTaken from None
    record(ctx, "person.edited", "person", person_id, fields=sorted(values.keys() - {"phone_index", "phone_kind"}))
    return _get(ctx, person_id)


def set_roles(ctx: Ctx, *, person_id: UUID, version: int, roles: Collection[Role]) -> Profile:
    """Replace a person's roles, seen at `version`; tokens already out carry the new rights from the next request on."""
    _refuse_self(ctx, person_id)
    names = sorted({role.value for role in roles})
    _update(ctx, person_id, version, {"roles": names})
    record(ctx, "person.roles_set", "person", person_id, roles=names)
    return _get(ctx, person_id)


def change_status(ctx: Ctx, *, person_id: UUID, event: PersonEvent) -> Profile:
    """Suspend, reactivate or let go a person of the station; leaving `active` ends every session at once."""
    _refuse_self(ctx, person_id)
    status = ctx.session.scalar(select(Person.status).where(_own(ctx, person_id)).with_for_update())
    if status is None:
        raise NotFound
    after = PERSON.next(PersonStatus(status), event)
    ctx.session.execute(update(Person).where(Person.id == person_id).values(status=after, version=Person.version + 1))
    if after is not PersonStatus.ACTIVE:
        end_all_sessions(ctx, person_id=person_id, reason=f"person_{after}")
    record(ctx, f"person.{event}", "person", person_id, status=after)
    return _get(ctx, person_id)


def reveal_contact(ctx: Ctx, *, person_id: UUID) -> Contact:
    """A person's full number, for somebody who must call; the trail says who looked."""
    _get(ctx, person_id)
    record_reading(ctx, "person.contact_read", "person", person_id, USUAL_CALLS)
    return contacts_of(ctx.session, [person_id])[person_id]


def _row(ctx: Ctx, person: NewPerson, phone: Phone) -> dict[str, Any]:
    return {
        "id": ctx.new_id(),
        "station_id": ctx.actor.station,
        "name": person.name,
        "language": person.language.value,
        "roles": sorted(role.value for role in person.roles),
        "created_at": ctx.now,
        **_phone_columns(phone),
    }


def _phone_columns(phone: Phone) -> dict[str, Any]:
    return {"phone": phone.e164, "phone_index": phone_index(phone.e164), "phone_kind": phone.kind.value}


def _insert_new(ctx: Ctx, rows: list[dict[str, Any]]) -> list[UUID]:
    if not rows:
        return []
    statement = insert(Person).on_conflict_do_nothing(index_elements=["station_id", "phone_index"])
    created = list(ctx.session.scalars(statement.returning(Person.id), rows))
    record_many(ctx, "person.enrolled", "person", [(person_id, {}) for person_id in created])
    return created


def _ids_by_index(ctx: Ctx, indexes: Collection[bytes]) -> dict[bytes, UUID]:
    mine = select(Person.phone_index, Person.id).where(
        Person.station_id == ctx.actor.station, among(Person.phone_index, indexes)
    )
    return {row.phone_index: row.id for row in ctx.session.execute(mine)}


def _own(ctx: Ctx, person_id: UUID) -> ColumnElement[bool]:
    return (Person.id == person_id) & (Person.station_id == ctx.actor.station)


def _get(ctx: Ctx, person_id: UUID) -> Profile:
    person = person_in(ctx.session, ctx.actor.station, person_id)
    if person is None:
        raise NotFound
    return person


def _update(ctx: Ctx, person_id: UUID, version: int, values: dict[str, Any]) -> None:
    changed = ctx.session.scalar(
        update(Person)
        .where(_own(ctx, person_id), Person.version == version)
        .values(**values, version=Person.version + 1)
        .returning(Person.id)
    )
    if changed is None:
        _get(ctx, person_id)
        raise StaleVersion


def _refuse_self(ctx: Ctx, person_id: UUID) -> None:
    if person_id == ctx.actor.person_id:
        raise NotOnYourself
