"""Fixtures of sync."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from api.plumbing.context import SYSTEM, Ctx, unit_of_work
from tests.builders.identity import Enrolled, bearer, open_session
from tests.sync.phones import Phone


@pytest.fixture
def do(committed_app) -> Callable[[Callable[[Ctx], Any]], Any]:
    """Do something in a transaction of its own that is really committed."""

    def do(act: Callable[[Ctx], Any]) -> Any:
        with committed_app.app_context(), unit_of_work(SYSTEM) as ctx:
            return act(ctx)

    return do


@pytest.fixture
def phone(committed_app, do) -> Callable[[UUID, UUID], Phone]:
    """The phone of a person of a station."""

    def phone(person_id: UUID, station_id: UUID) -> Phone:
        person = Enrolled(person_id, station_id, "", "")
        return Phone(committed_app, do(lambda ctx: bearer(open_session(ctx, person))))

    return phone
