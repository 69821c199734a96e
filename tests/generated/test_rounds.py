"""Generated clients go through a task against a real server: sign-in, tasks, accept, feedback, twice the same key."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from api.app import create_app
from api.plumbing.context import SYSTEM, unit_of_work
from api.plumbing.db import db
from api.plumbing.outbox import OutboxMessage
from deploy.local.redis_server import ensure_redis
from tests.builders import incidents as made
from tests.conftest import KEYS
from tests.files.phone_client import need_clients
from tests.files.test_real_client import start
from tests.generated import building
from tests.journey.system import free_port

pytestmark = pytest.mark.slow


@dataclass
class Station:
    """A running API, its database, and volunteers with an open offer each."""

    app: Flask
    url: str
    volunteers: list[made.Somebody]

    def code_of(self, person_id: UUID) -> str:
        """The sign-in code the last text to this person holds."""
        with self.app.app_context(), unit_of_work(SYSTEM) as ctx:
            sent = select(OutboxMessage).where(
                OutboxMessage.person_id == person_id, OutboxMessage.template == "sign_in_code"
            )
            message = ctx.session.scalars(sent.order_by(OutboxMessage.id.desc())).first()
            assert message is not None
            return str(message.variables["code"])

    def run(self, command: list[str], somebody: made.Somebody) -> dict[str, Any]:
        """Let a client go its round as this volunteer; what it tells at the end."""
        process = subprocess.Popen(
            [*command, self.url, somebody.person.phone],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
        )  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        asked = process.stdout.readline()
        if asked != "code?\n":
            raise AssertionError(asked + process.communicate(timeout=60)[1][-3_000:])
        told, trouble = process.communicate(f"{self.code_of(somebody.person.id)}\n", timeout=300)
        assert process.returncode == 0, trouble[-3_000:]
        return json.loads(told)


@pytest.fixture(scope="module")
def document(make_settings) -> dict[str, Any]:
    app = create_app(make_settings("postgresql+psycopg://nobody@/nowhere"))
    return app.test_client().get("/v1/openapi.json").json


@pytest.fixture(scope="module")
def station(clone_database, make_settings) -> Iterator[Station]:
    database = clone_database()
    app = create_app(make_settings(database))
    with app.app_context(), unit_of_work(SYSTEM) as ctx:
        # A station each: what one does changes nothing for the others.
        scenes = [made.make_scene(ctx, volunteers=1) for _ in range(3)]
        for scene in scenes:
            made.dispatch(scene, made.report(scene))
    env = os.environ | KEYS | {"GRIDLOOP_DATABASE_URL": database, "GRIDLOOP_REDIS_URL": ensure_redis("test").url}
    port = free_port()
    command = [str(Path(sys.executable).parent / "granian"), "--interface", "wsgi", "--port", str(port), "--no-ws",
               "--blocking-threads", "8", "wsgi:app"]  # fmt: skip
    server = start(port, command, env)
    yield Station(app, f"http://127.0.0.1:{port}", [scene.people[0] for scene in scenes])
    server.send_signal(signal.SIGTERM)
    server.wait(20)
    with app.app_context():
        db.engine.dispose()


def test_java_compiles_and_goes_through_a_task(document, station: Station) -> None:
    class_path = building.java_classes(document)
    assert_a_round(station, ["java", "-Xmx256m", "-cp", class_path, "Round"], station.volunteers[0])


def test_typescript_type_checks_and_goes_through_a_task(document, station: Station) -> None:
    script = building.typescript_round(document)
    assert_a_round(station, [need_clients(building.HERE), str(script)], station.volunteers[1])


def test_python_goes_through_a_task(document, station: Station) -> None:
    client = building.sources(document) / "python"
    # The package's own __init__ imports every operation and every model.
    command = [sys.executable, "-W", "error", str(building.ROUNDS / "round.py"), str(client)]
    assert_a_round(station, command, station.volunteers[2])


def assert_a_round(station: Station, command: list[str], somebody: made.Somebody) -> None:
    told = station.run(command, somebody)
    assert (told["person"], told["task"]) == (somebody.person.name, made.new_incident().description)
    assert (told["accepted"], told["done"]) == ("accepted", "done")
    assert told["again"] == told["feedback"]
    assert (told["refused"], told["later"]) == ("not_found", "levitating")
