"""One installation for a worker's browser tests: a server process, a founded station, and somebody of every role."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from flask import Flask

from api.app import create_app
from api.identity import service
from api.identity.types import Role
from api.plumbing.context import SYSTEM, Ctx, unit_of_work
from config import Settings
from tests.builders.grids import box, make_community, make_grid, make_station
from tests.builders.identity import Enrolled, at, enroll_staff
from tests.conftest import KEYS, ROOT
from tests.journey.system import BIN, eventually, free_port

NOBODY = UUID(int=0)
# The station's ground: two grids side by side, and free ground north of them.
WEST, EAST = (29.70, 107.38), (29.70, 107.39)


@dataclass
class Site:
    """What a browser test works with. Everything here is committed, and shared by the tests of one worker."""

    url: str
    app: Flask
    env: dict[str, str]
    folder: Path
    station_id: UUID = NOBODY
    community_id: UUID = NOBODY
    grid_ids: tuple[UUID, ...] = ()
    people: dict[Role, Enrolled] = field(default_factory=dict)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @contextmanager
    def ctx(self) -> Iterator[Ctx]:
        """A unit of work of the station's system, to arrange what a page shall show."""
        with self.app.app_context(), unit_of_work(SYSTEM) as ctx:
            yield at(ctx, self.station_id) if self.station_id != NOBODY else ctx

    def session_of(self, role: Role | str) -> Any:
        """A fresh session of the person with this role, as after a sign-in."""
        with self.app.app_context(), unit_of_work(SYSTEM) as ctx:
            return service.open_session(ctx, person_id=self.people[Role(role)].id, method="password")

    def api(self, role: Role | str) -> httpx.Client:
        """A client of the API signed in as the person with this role; close it."""
        token = self.session_of(role).access_token
        return httpx.Client(base_url=self.url, timeout=30, headers={"Authorization": f"Bearer {token}"})

    def start(self, name: str, *command: str) -> None:
        """Start a further process of this installation (`python -m workers.stream`, ...), once."""
        if name in self.processes and self.processes[name].poll() is None:
            return
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(command, cwd=ROOT, env=self.env, stdout=log, stderr=log)

    def stop(self) -> None:
        """End every process."""
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def open_site(folder: Path, database_url: str, make_settings: Callable[..., Settings], stream_port: int) -> Site:
    """Found the station, start the API, wait until it answers."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    stream = f"http://127.0.0.1:{stream_port}/v1/stream"
    # Where a stand-in for the provider of texts will listen, in tests that start one.
    texts = f"http://127.0.0.1:{free_port()}"
    settings = make_settings(database_url, public_url=url, stream_url=stream, demo=True)
    env = os.environ | KEYS | {
        "GRIDLOOP_DATABASE_URL": database_url,
        "GRIDLOOP_REDIS_URL": settings.redis_url,
        "GRIDLOOP_PUBLIC_URL": url,
        "GRIDLOOP_STREAM_URL": stream,
        "GRIDLOOP_TWILIO_BASE_URL": texts,
        "GRIDLOOP_FILES_DIR": settings.files_dir,
        "GRIDLOOP_DEMO": "1",
        "GRIDLOOP_LOG_LEVEL": "WARNING",
        "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip
    site = Site(url, create_app(settings), env, folder)
    found(site)
    site.start(
        "api", str(BIN / "granian"), "--interface", "wsgi", "--port", str(port), "--no-ws", "--blocking-threads", "8",
        "wsgi:app",
    )  # fmt: skip
    eventually(lambda: answers(url), within=60, what="the API to be ready")
    return site


def found(site: Site) -> None:
    """A station with two grids, and one signed-up person per role."""
    with site.ctx() as ctx:
        site.station_id = make_station(ctx, name="荔枝派出所", area=box(29.69, 107.37, 0.05))
    with site.ctx() as ctx:
        site.community_id = make_community(ctx, site.station_id, name="荔枝社区")
        corners = (("甲网格", WEST), ("乙网格", EAST))
        site.grid_ids = tuple(
            make_grid(ctx, site.station_id, box(*corner), parent_id=site.community_id, name=name)
            for name, corner in corners
        )
        for role in Role:
            site.people[role] = enroll_staff(ctx, station_id=site.station_id, username=role.value, roles=[role])


def answers(url: str) -> bool:
    """Whether the API is ready."""
    try:
        return httpx.get(f"{url}/healthz/ready", timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def python(*arguments: str) -> tuple[str, ...]:
    """This interpreter with a module of ours."""
    return (sys.executable, "-m", *arguments)
