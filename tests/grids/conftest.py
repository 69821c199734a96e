"""What the tests of grids share: a station, the system acting inside it, its administrator's client."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import Engine, event

from api.identity.types import Role
from api.plumbing.context import Ctx
from tests.builders.grids import make_station
from tests.builders.identity import at, enroll, sign_in

_keys = itertools.count()


@pytest.fixture
def station(ctx: Ctx) -> UUID:
    return make_station(ctx)


@pytest.fixture
def admin(ctx: Ctx, station: UUID) -> Ctx:
    """The system, acting inside the station."""
    return at(ctx, station)


class Desk:
    """Somebody signed in, with JSON, keys and versions filled in."""

    def __init__(self, app: Flask, ctx: Ctx, station_id: UUID, role: Role) -> None:
        self.client = app.test_client()
        self.person = enroll(ctx, station_id=station_id, roles=[role])
        self.headers = sign_in(app, ctx, self.person)

    def get(self, path: str, **query: Any):
        return self.client.get(path, query_string=query, headers=self.headers)

    def post(self, path: str, body: Any = None, *, version: int | None = None, **kwargs: Any):
        headers = {**self.headers, "Idempotency-Key": f"key-{next(_keys)}"}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        given = kwargs or {"json": {} if body is None else body}
        return self.client.post(path, headers=headers, **given)

    def send(self, method: str, path: str, body: Any, *, version: int | None = None):
        headers = dict(self.headers)
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        return self.client.open(path, method=method, json=body, headers=headers)


@pytest.fixture
def desk_of(app: Flask, ctx: Ctx) -> Callable[..., Desk]:
    return lambda station_id, role=Role.STATION_ADMIN: Desk(app, ctx, station_id, role)


@pytest.fixture
def desk(desk_of: Callable[..., Desk], station: UUID) -> Desk:
    """The station's administrator."""
    return desk_of(station)


@pytest.fixture
def count(app: Flask) -> Callable[..., Any]:
    """Collect the statements sent inside a `with` block, savepoints left out."""

    @contextmanager
    def collect() -> Iterator[list[str]]:
        sent: list[str] = []

        def note(_connection, _cursor, statement: str, *_: Any) -> None:
            if "SAVEPOINT" not in statement:
                sent.append(statement)

        event.listen(Engine, "before_cursor_execute", note)
        try:
            yield sent
        finally:
            event.remove(Engine, "before_cursor_execute", note)

    return collect
