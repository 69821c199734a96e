"""A stream process shared by the tests of a module, and stations of their own for each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from uuid import UUID

import pytest
from flask import Flask

from api.app import create_app
from api.identity.types import Role
from api.plumbing.context import SYSTEM, Ctx, unit_of_work
from api.plumbing.db import db
from tests.builders.identity import bearer, open_session
from tests.builders.incidents import Scene, Somebody, make_scene
from tests.live.listening import Listener, Streams, streams_on

T = TypeVar("T")


@dataclass
class Stage:
    """A committed station: what is done on it is done in transactions of its own."""

    app: Flask
    streams: Streams
    scene: Scene
    listening: list[Listener] = field(default_factory=list)

    def do(self, act: Callable[[Scene], T]) -> T:
        """Do something at the station and commit it."""
        with self.app.app_context(), unit_of_work(SYSTEM) as ctx:
            return act(scene_on(self.scene, ctx))

    def headers(self, who: Somebody) -> dict[str, str]:
        """The headers of somebody, on a sign-in of their own."""
        return self.do(lambda scene: bearer(open_session(scene.base, who.person)))

    def desk(self, role: Role = Role.DISPATCHER) -> dict[str, str]:
        """The headers of somebody at the desk."""
        return self.headers(self.scene.desk[role])

    def listen(self, headers: dict[str, str]) -> Listener:
        """Somebody who listens from now on."""
        listener = self.connect(headers)
        listener.next("hello")
        return listener

    def connect(self, headers: dict[str, str], last_id: str | None = None) -> Listener:
        """Somebody who has just been answered."""
        listener = Listener(self.streams.url, headers, last_id).connect()
        self.listening.append(listener)
        return listener


def scene_on(scene: Scene, ctx: Ctx) -> Scene:
    """The same station in another transaction."""
    desk = {role: replace(somebody, base=ctx) for role, somebody in scene.desk.items()}
    return replace(scene, base=ctx, desk=desk, people=[replace(somebody, base=ctx) for somebody in scene.people])


@pytest.fixture(scope="module")
def live_app(clone_database, make_settings) -> Iterator[Flask]:
    app = create_app(make_settings(clone_database(), pool_size=5))
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="module")
def streams(live_app: Flask, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Streams]:
    with streams_on(live_app.config["SQLALCHEMY_DATABASE_URI"], tmp_path_factory.mktemp("stream")) as running:
        yield running


@pytest.fixture
def make_stage(live_app: Flask, streams: Streams) -> Iterator[Callable[..., Stage]]:
    """A station with a desk and volunteers on duty."""
    made: list[Stage] = []

    def make(volunteers: int = 2) -> Stage:
        with live_app.app_context(), unit_of_work(SYSTEM) as ctx:
            scene = make_scene(ctx, volunteers=volunteers)
        made.append(Stage(live_app, streams, scene))
        return made[-1]

    yield make
    for listener in [listener for stage in made for listener in stage.listening]:
        listener.leave()


@pytest.fixture
def stage(make_stage) -> Stage:
    return make_stage()


def ids_of(events: list[Any]) -> list[UUID]:
    """The rows that changes are about."""
    return [UUID(event.data["id"]) for event in events if event.name == "change"]
