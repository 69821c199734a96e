"""The station's people: a guarded list with masked numbers, and what administrators change."""

from typing import Any
from uuid import UUID

from api.http.etags import matched_version, set_etag
from api.http.operation import operation
from api.http.paging import read_cursor, write_cursor
from api.identity import service
from api.identity.queries import people_of, person_in
from api.identity.routes.blueprint import blp
from api.identity.schemas import (
    CredentialsSchema,
    NewPersonSchema,
    PeoplePageSchema,
    PeopleQuery,
    PersonContactSchema,
    PersonEditSchema,
    PersonSchema,
    RolesSchema,
    SecondFactorSchema,
)
from api.identity.types import Contact, NewPerson, Permission, PersonEdit, PersonEvent, Profile
from api.kernel.errors import NotFound
from api.kernel.paging import Page
from api.plumbing.context import Ctx


@blp.route("/people", methods=["GET"])
@operation(Permission.PEOPLE_READ)
@blp.arguments(PeopleQuery, location="query")
@blp.response(200, PeoplePageSchema)
def list_people(ctx: Ctx, query: dict[str, Any]) -> Page[Profile]:
    """The station's people

    In order of enrolment; numbers are masked.
    """
    cursor, limit = read_cursor(query.pop("cursor"), "people"), query.pop("limit")
    after = UUID(cursor[0]) if cursor else None
    people = people_of(ctx.session, ctx.actor.station, after=after, limit=limit, **query)
    return Page(people, write_cursor([str(people[-1].id)], "people") if len(people) == limit else None)


@blp.route("/people", methods=["POST"])
@operation(Permission.PEOPLE_MANAGE, creates=True)
@blp.arguments(NewPersonSchema)
@blp.response(201, PersonSchema)
def create_person(ctx: Ctx, body: dict[str, Any]) -> Profile:
    """Enrol a person

    `phone_taken` (409) when somebody of the station has the number already.
    """
    return tagged(service.create_person(ctx, person=NewPerson(**{**body, "roles": tuple(body["roles"])})))


@blp.route("/people/<uuid:person_id>", methods=["GET"])
@operation(Permission.PEOPLE_READ)
@blp.response(200, PersonSchema)
def show_person(ctx: Ctx, person_id: UUID) -> Profile:
    """One person

    The ETag is what edits send back as If-Match.
    """
    person = person_in(ctx.session, ctx.actor.station, person_id)
    if person is None:
        raise NotFound
    return tagged(person)


@blp.route("/people/<uuid:person_id>", methods=["PATCH"])
@operation(Permission.PEOPLE_MANAGE)
@blp.arguments(PersonEditSchema)
@blp.response(200, PersonSchema)
def edit_person(ctx: Ctx, body: dict[str, Any], person_id: UUID) -> Profile:
    """Change name, number or language

    Needs If-Match with the version that was seen.
    """
    edit = PersonEdit(**body)
    return tagged(service.edit_person(ctx, person_id=person_id, version=matched_version(), edit=edit))


@blp.route("/people/<uuid:person_id>/roles", methods=["PUT"])
@operation(Permission.PEOPLE_MANAGE)
@blp.arguments(RolesSchema)
@blp.response(200, PersonSchema)
def set_roles(ctx: Ctx, body: dict[str, Any], person_id: UUID) -> Profile:
    """Set all roles

    Needs If-Match; holds from the person's next request on. Not on oneself.
    """
    return tagged(service.set_roles(ctx, person_id=person_id, version=matched_version(), roles=body["roles"]))


@blp.route("/people/<uuid:person_id>/suspend", methods=["POST"])
@operation(Permission.PEOPLE_MANAGE)
@blp.response(200, PersonSchema)
def suspend_person(ctx: Ctx, person_id: UUID) -> Profile:
    """Suspend

    Every session ends at once, and nothing is sent to the person's phones. Not on oneself.
    """
    return tagged(service.change_status(ctx, person_id=person_id, event=PersonEvent.SUSPEND))


@blp.route("/people/<uuid:person_id>/reactivate", methods=["POST"])
@operation(Permission.PEOPLE_MANAGE)
@blp.response(200, PersonSchema)
def reactivate_person(ctx: Ctx, person_id: UUID) -> Profile:
    """Reactivate

    Somebody suspended or gone may sign in again.
    """
    return tagged(service.change_status(ctx, person_id=person_id, event=PersonEvent.REACTIVATE))


@blp.route("/people/<uuid:person_id>/leave", methods=["POST"])
@operation(Permission.PEOPLE_MANAGE)
@blp.response(200, PersonSchema)
def let_person_go(ctx: Ctx, person_id: UUID) -> Profile:
    """Let go

    Like a suspension, for good; the record stays, since incidents name it.
    """
    return tagged(service.change_status(ctx, person_id=person_id, event=PersonEvent.LEAVE))


@blp.route("/people/<uuid:person_id>/contact", methods=["GET"])
@operation(Permission.PEOPLE_CONTACT)
@blp.response(200, PersonContactSchema)
def reveal_contact(ctx: Ctx, person_id: UUID) -> Contact:
    """A person's full number

    Each look is in the trail.
    """
    return service.reveal_contact(ctx, person_id=person_id)


@blp.route("/people/<uuid:person_id>/credentials", methods=["PUT"])
@operation(Permission.PEOPLE_MANAGE)
@blp.arguments(CredentialsSchema)
@blp.response(204)
def give_credentials(ctx: Ctx, body: dict[str, Any], person_id: UUID) -> None:
    """Set username and password

    12 to 128 characters; the person's sessions end. Not on oneself.
    """
    service.give_credentials(ctx, person_id=person_id, **body)


@blp.route("/people/<uuid:person_id>/second-factor", methods=["POST"])
@operation(Permission.PEOPLE_MANAGE, creates=True)
@blp.response(201, SecondFactorSchema)
def reset_second_factor(ctx: Ctx, person_id: UUID) -> dict[str, str]:
    """Give a new second factor

    The answer is the only time its secret is shown; the person's sessions end. Not on oneself.
    """
    return {"otpauth_uri": service.reset_second_factor(ctx, person_id=person_id)}


@blp.route("/people/<uuid:person_id>/sessions", methods=["DELETE"])
@operation(Permission.PEOPLE_MANAGE)
@blp.response(204)
def end_sessions(ctx: Ctx, person_id: UUID) -> None:
    """End all of a person's sessions

    For a phone that was lost: access ends with the next request, push at once.
    """
    service.end_all_sessions(ctx, person_id=person_id)


def tagged(person: Profile) -> Profile:
    """The person, with the version as the answer's ETag."""
    set_etag(person.version)
    return person
