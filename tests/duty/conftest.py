"""What the tests of duty share: a station, its people, and their signed-in headers."""

from dataclasses import replace
from uuid import UUID

import pytest

from api.identity.types import Role
from api.plumbing.context import Actor, Ctx
from tests.builders.duty import OnDuty, make_on_duty
from tests.builders.grids import make_station
from tests.builders.identity import Enrolled, enroll, sign_in
from tests.duty import TOWN


@pytest.fixture
def station(ctx: Ctx) -> UUID:
    return make_station(ctx)


@pytest.fixture
def member(ctx: Ctx, station: UUID) -> OnDuty:
    """Somebody on duty in town."""
    return make_on_duty(ctx, station, TOWN, fix_age_s=600)


@pytest.fixture
def acting(ctx: Ctx, make_ctx):
    """A Ctx of a person, without the sign-in."""

    def act(person: Enrolled) -> Ctx:
        return make_ctx(Actor(kind="person", person_id=person.id, station_id=person.station_id))

    return act


@pytest.fixture
def headers(app, ctx: Ctx):
    """The headers of a signed-in person."""
    return lambda person: sign_in(app, ctx, person)


@pytest.fixture
def supervisor(ctx: Ctx, station: UUID) -> Enrolled:
    return enroll(ctx, station_id=station, roles=[Role.SUPERVISOR])


@pytest.fixture
def later(ctx: Ctx):
    """The system's Ctx, some seconds on."""
    from datetime import timedelta

    return lambda seconds: replace(ctx, now=ctx.now + timedelta(seconds=seconds))
