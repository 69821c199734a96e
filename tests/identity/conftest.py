"""A client with an address of its own, since limits are counted by address; a station; the codes that were sent."""

import os
from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from api.plumbing.context import Ctx
from api.plumbing.outbox import OutboxMessage
from tests.builders.grids import make_station
from tests.builders.identity import Enrolled


def address() -> str:
    return "10." + ".".join(str(byte) for byte in os.urandom(3))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = address()
    return client


@pytest.fixture
def station(ctx: Ctx) -> UUID:
    return make_station(ctx)


@pytest.fixture
def codes_sent(ctx: Ctx) -> Callable[[Enrolled], list[str]]:
    """Every code written for a person, oldest first."""

    def read(person: Enrolled) -> list[str]:
        statement = select(OutboxMessage).where(
            OutboxMessage.person_id == person.id, OutboxMessage.template == "sign_in_code"
        )
        messages = ctx.session.scalars(statement.order_by(OutboxMessage.id)).all()
        return [message.variables["code"] for message in messages]

    return read
