"""Many callers at once, on real commits: an app with a database of its own, and people who knock in parallel."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from api.identity.types import Role
from api.plumbing.context import SYSTEM, Ctx, unit_of_work
from api.plumbing.outbox import OutboxMessage
from tests.builders.grids import make_station
from tests.builders.identity import Enrolled, enroll

ABREAST = 16


def some_address() -> str:
    """An address nobody else is counted by."""
    return "10." + ".".join(str(byte) for byte in os.urandom(3))


def ask(client: FlaskClient, phone: str) -> TestResponse:
    """Ask for a sign-in code."""
    return client.post("/v1/sign-in/code", json={"phone": phone})


def verify(client: FlaskClient, phone: str, code: str) -> TestResponse:
    """Offer one."""
    return client.post("/v1/sign-in/code/verify", json={"phone": phone, "code": code})


def another(code: str, steps: int = 1) -> str:
    """A code that is not this one."""
    return f"{(int(code) + steps) % 1_000_000:06d}"


def codes_of(ctx: Ctx, person: Enrolled) -> list[str]:
    """Every code written for a person, oldest first."""
    sent = ctx.session.query(OutboxMessage).filter_by(person_id=person.id, template="sign_in_code")
    return [message.variables["code"] for message in sent.order_by(OutboxMessage.id)]


@dataclass(frozen=True)
class Crowd:
    """The app they all knock at."""

    app: Flask

    @contextmanager
    def inside(self) -> Iterator[Ctx]:
        """A unit of work of the system, which commits."""
        with self.app.app_context(), unit_of_work(SYSTEM) as ctx:
            yield ctx

    def station(self) -> UUID:
        """A new station."""
        with self.inside() as ctx:
            return make_station(ctx)

    def people(self, number: int, station_id: UUID | None = None, *roles: Role) -> list[Enrolled]:
        """So many new people of one station, a new one if none is given."""
        station_id = station_id or self.station()
        with self.inside() as ctx:
            return [enroll(ctx, station_id=station_id, roles=roles or (Role.VOLUNTEER,)) for _ in range(number)]

    def caller(self, address: str | None = None) -> FlaskClient:
        """A client at this address, or at one of its own."""
        client = self.app.test_client()
        client.environ_base["REMOTE_ADDR"] = address or some_address()
        return client

    def at_once(self, number: int, knock: Callable[[FlaskClient, int], Any], address: str | None = None) -> list[Any]:
        """Every answer of so many requests, sixteen in flight; each from an address of its own unless one is given."""
        with ThreadPoolExecutor(ABREAST) as pool:
            return list(pool.map(lambda index: knock(self.caller(address), index), range(number)))

    def read(self, statement: str, **values: Any) -> Any:
        """One value."""
        with self.inside() as ctx:
            return ctx.session.scalar(text(statement), values)

    def write(self, statement: str, **values: Any) -> None:
        """One change behind the app's back."""
        with self.inside() as ctx:
            ctx.session.execute(text(statement), values)
