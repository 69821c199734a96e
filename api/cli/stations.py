"""`flask station`: found a station and appoint its first staff; everything after that is done over the API."""

import secrets
from dataclasses import dataclass
from uuid import UUID

import click
from flask.cli import AppGroup

from api.grids.queries import station_by_code
from api.grids.service import found_station
from api.grids.types import NewStation
from api.identity.service import enroll_people, give_credentials, reset_second_factor
from api.identity.types import NewPerson, Role
from api.kernel.errors import DomainError
from api.plumbing.context import SYSTEM, Actor, unit_of_work

station = AppGroup("station", help="Found a station, appoint its staff.")


@dataclass(frozen=True)
class Appointed:
    """What a newly appointed person needs to sign in; shown once."""

    person_id: UUID
    password: str
    otpauth: str


@station.command("found")
@click.argument("code")
@click.argument("name")
def found(code: str, name: str) -> None:
    """Found a station with its official 12-digit CODE and its NAME."""
    try:
        with unit_of_work(SYSTEM) as ctx:
            station_id = found_station(ctx, station=NewStation(code=code, name=name))
    except DomainError as refusal:
        raise click.ClickException(refusal.text_en) from None
    click.echo(f"{name} ({code}) is founded: {station_id}")


@station.command("appoint")
@click.argument("code")
@click.option("--name", required=True)
@click.option("--phone", required=True, help="With country code, or a mainland number.")
@click.option("--username", required=True)
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice([role.value for role in Role]))
def appoint(code: str, name: str, phone: str, username: str, roles: tuple[str, ...]) -> None:
    """Appoint somebody at the station with CODE, and print what they sign in with."""
    try:
        with unit_of_work(SYSTEM) as ctx:
            found = station_by_code(ctx.session, code)
        if found is None:
            raise click.ClickException(f"there is no station {code}")
        person = NewPerson(name, phone, tuple(Role(role) for role in roles))
        appointed = appoint_staff(found.id, person, username)
    except DomainError as refusal:
        raise click.ClickException(refusal.text_en) from None
    click.echo(f"username  {username}\npassword  {appointed.password}\nsecond factor  {appointed.otpauth}")


def appoint_staff(
    station_id: UUID, person: NewPerson, username: str, password: str | None = None, secret: str | None = None
) -> Appointed:
    """Enrol a person with username, password and second factor; what is not given is drawn."""
    password = password or secrets.token_urlsafe(15)
    actor = Actor(kind="system", station_id=station_id)
    with unit_of_work(actor) as ctx:
        person_id = enroll_people(ctx, [person])[person.phone]
        give_credentials(ctx, person_id=person_id, username=username, password=password)
        otpauth = reset_second_factor(ctx, person_id=person_id, secret=secret)
    return Appointed(person_id, password, otpauth)
