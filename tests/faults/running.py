"""Real processes for the fault tests: a system with a Redis of its own, a town in its database, and who calls it."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from flask import Flask
from redis import Redis, RedisError
from sqlalchemy import text

from api.app import create_app
from api.identity.types import Role
from api.plumbing.context import SYSTEM, Ctx, unit_of_work
from api.plumbing.db import db
from config import Settings
from deploy.local.programs import find_redis
from tests.builders.identity import bearer, open_session, register_phone
from tests.builders.incidents import PLACE, Scene, make_scene
from tests.journey.system import System, eventually

REPORT = {
    "kind": "other", "category": "urgent_help", "colour": "orange", "source": "call", "duplicate_checked": True,
    "place": {"lat": PLACE.lat, "lon": PLACE.lon, "datum": "wgs84"}, "description": "老人在楼道跌倒",
    "requester": {"name": "李四", "phone": "13812345678"}, "needs": [{"wanted": 1}],
}  # fmt: skip
PATIENCE_S = 60.0
BEATS = {
    "pusher": "pusher",
    "relay": "relay",
    "stream": "stream",
    "worker-urgent": "worker:urgent",
    "worker-normal": "worker:normal",
}


class OwnRedis:
    """A Redis that keeps nothing, to be stopped and emptied by one test."""

    def __init__(self) -> None:
        # Not below pytest's folder: a socket's path may have 107 bytes at most.
        self._folder = Path(tempfile.mkdtemp(prefix="gridloop-redis-"))
        self.socket = self._folder / "redis.sock"
        self.url = f"unix://{self.socket}?db=0"
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Start it, empty, and wait until it answers."""
        program = find_redis()
        assert program is not None
        command = [program, "--port", "0", "--unixsocket", str(self.socket), "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(
            command, cwd=self._folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        eventually(self._answers, within=10, what="Redis to answer")

    def kill(self) -> None:
        """SIGKILL; what it held is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
        self.socket.unlink(missing_ok=True)

    def flush(self) -> None:
        """FLUSHALL."""
        with Redis.from_url(self.url) as client:
            client.flushall()

    def size(self) -> int:
        """How many keys it holds."""
        with Redis.from_url(self.url) as client:
            return int(client.dbsize())  # type: ignore[arg-type]

    def remove(self) -> None:
        """End it and its folder."""
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _answers(self) -> bool:
        try:
            with Redis.from_url(self.url) as client:
                return bool(client.ping())
        except RedisError:
            return False


@contextmanager
def own_redis() -> Iterator[OwnRedis]:
    """A Redis for one test."""
    redis = OwnRedis()
    try:
        yield redis
    finally:
        redis.remove()


@dataclass
class House:
    """A system, its database as the test sees it, and the people at its desk and on duty."""

    app: Flask
    system: System
    redis: OwnRedis
    scene: Scene
    headers: dict[str, str]
    people: dict[str, dict[str, str]] = field(default_factory=dict)

    def rows(self, statement: str, **values: Any) -> list[Any]:
        """Look at the database."""
        return self.do(lambda ctx: list(ctx.session.execute(text(statement), values)))

    def do(self, work: Callable[[Ctx], Any]) -> Any:
        """Do something in a committed transaction of the test's own process."""
        with self.app.app_context(), unit_of_work(SYSTEM) as ctx:
            return work(ctx)

    def count(self, statement: str, **values: Any) -> int:
        """The only number of the only row."""
        return int(self.rows(statement, **values)[0][0])

    def start(self, *names: str) -> None:
        """Start these processes, and wait until each of them has given a sign of life."""
        self.system.start(*names)
        beats = {BEATS[name] for name in names or self.system.commands if name in BEATS}
        query = "SELECT count(*) FROM heartbeats WHERE name = ANY(:names)"
        eventually(
            lambda: self.count(query, names=list(beats)) == len(beats), within=90, what=f"signs of life of {beats}"
        )

    def caller(self) -> httpx.Client:
        """A console of the dispatcher's; closed with the system."""
        client = httpx.Client(base_url=self.system.url, timeout=20, headers=self.headers, trust_env=False)
        self.system.clients.append(client)
        return client


@contextmanager
def open_house(system: System, settings: Settings, redis: OwnRedis, *, volunteers: int = 2) -> Iterator[House]:
    """A station in the system's database, seen from the test; volunteers have a phone with the app."""
    app = create_app(settings)

    def found(ctx: Ctx) -> tuple[Scene, dict[str, str]]:
        scene = make_scene(ctx, volunteers)
        for somebody in scene.people:
            register_phone(ctx, somebody.person)
        return scene, bearer(open_session(ctx, scene.desk[Role.DISPATCHER].person))

    try:
        with app.app_context(), unit_of_work(SYSTEM) as ctx:
            scene, headers = found(ctx)
        yield House(app, system, redis, scene, headers)
    finally:
        with app.app_context():
            db.engine.dispose()


def post_until(client: httpx.Client, path: str, body: Any, key: str, **headers: str) -> tuple[httpx.Response, int]:
    """POST under one key until it was answered other than 503 or 409 in flight; the answer, and how many tries failed.

    What a careful client does: a request without an answer may or may not have had its effect.
    """
    failed, deadline = 0, time.monotonic() + PATIENCE_S
    while True:
        try:
            answer = client.post(path, json=body, headers={"Idempotency-Key": key} | headers)
            if answer.status_code != 503 and "key_in_flight" not in answer.text:
                return answer, failed
        except httpx.TransportError:
            pass
        failed += 1
        assert time.monotonic() < deadline, f"no answer to {path} within {PATIENCE_S} s"
        time.sleep(0.1)
