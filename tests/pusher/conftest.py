"""Pushers on databases of their own, sending through the real SDKs to the stand-ins."""

import asyncio
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import pytest
from flask import Flask
from pydantic import SecretStr
from sqlalchemy import text

from api.app import create_app
from api.notifications.service.registering import approve_drafts, draft_texts
from api.notifications.types import Provider, TemplateView
from api.plumbing.context import SYSTEM, Ctx, unit_of_work
from api.plumbing.db import db
from config import Settings
from tests.conftest import KEYS
from tests.sandboxes import (
    ROOT,
    RunningAliyun,
    RunningFcm,
    RunningStandIn,
    RunningTwilio,
    RunningWebPush,
    start_aliyun,
    start_fcm,
    start_twilio,
    start_webpush,
)
from workers.pusher.options import Options
from workers.pusher.process import Pusher

T = TypeVar("T")
QUICK = {"poll_s": 0.1, "sweep_s": 0.1}


@pytest.fixture(scope="session")
def fcm_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningFcm]:
    with start_fcm(tmp_path_factory.mktemp("fcm")) as running:
        yield running


@pytest.fixture(scope="session")
def twilio_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningTwilio]:
    with start_twilio(tmp_path_factory.mktemp("twilio")) as running:
        yield running


@pytest.fixture(scope="session")
def aliyun_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningAliyun]:
    with start_aliyun(tmp_path_factory.mktemp("aliyun")) as running:
        yield running


@pytest.fixture
def aliyun(aliyun_process: RunningAliyun) -> RunningAliyun:
    """A healthy Aliyun; its ledger holds what earlier tests sent too."""
    aliyun_process.reset()
    return aliyun_process


@pytest.fixture(scope="session")
def webpush_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningWebPush]:
    with start_webpush(tmp_path_factory.mktemp("webpush")) as running:
        yield running


@pytest.fixture
def webpush(webpush_process: RunningWebPush) -> RunningWebPush:
    """A healthy push service; its ledger holds what earlier tests sent too."""
    webpush_process.reset()
    return webpush_process


@pytest.fixture
def fcm(fcm_process: RunningFcm) -> RunningFcm:
    """A healthy FCM; its ledger holds what earlier tests sent too, so look by token or message id."""
    fcm_process.reset()
    return fcm_process


@pytest.fixture
def twilio(twilio_process: RunningTwilio) -> RunningTwilio:
    """A healthy Twilio; its ledger holds what earlier tests sent too."""
    twilio_process.reset()
    return twilio_process


@pytest.fixture
def sending_settings(
    clone_database: Callable[[], str], make_settings: Callable[..., Settings], fcm: RunningFcm, twilio: RunningTwilio
) -> Settings:
    """Settings of a fresh database whose providers are the stand-ins."""
    return make_settings(
        clone_database(),
        fcm_base_url=fcm.base_url,
        fcm_credentials=str(fcm.service_account),
        twilio_base_url=twilio.base_url,
        log_level="CRITICAL",
    )


@pytest.fixture
def station(sending_settings: Settings) -> Iterator["Station"]:
    """A database to queue into and look at, and pushers to start on it."""
    app = create_app(sending_settings)
    yield Station(app)
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def texting(sending_settings: Settings, aliyun: RunningAliyun) -> Iterator["Station"]:
    """A station with two providers of texts; the second one has approved every wording."""
    ours = {"aliyun_base_url": aliyun.base_url, "aliyun_access_key_id": aliyun.key_id}
    app = create_app(
        sending_settings.model_copy(update={**ours, "aliyun_access_key_secret": SecretStr(aliyun.key_secret)})
    )
    station = Station(app)
    register_texts(station, aliyun)
    yield station
    with app.app_context():
        db.engine.dispose()


def register_texts(station: "Station", aliyun: RunningAliyun) -> None:
    """Have every wording approved, here and there."""

    def approve(ctx: Ctx) -> list[TemplateView]:
        draft_texts(ctx, provider=Provider.ALIYUN, public_url=station.settings.public_url)
        return list(approve_drafts(ctx, provider=Provider.ALIYUN, prefix="SMS_"))

    texts = station.do(approve)
    known = [{"code": x.code, "body": x.body, "type": int(x.template != "sign_in_code")} for x in texts]
    aliyun.register(sorted({text.signature for text in texts}), known)


@pytest.fixture
def browsing(sending_settings: Settings, webpush: RunningWebPush) -> Iterator["Station"]:
    """A station with both kinds of push."""
    ours = {"webpush_base_url": webpush.base_url, "webpush_contact": "mailto:desk@grid.example"}
    app = create_app(sending_settings.model_copy(update={**ours, "webpush_vapid_key": SecretStr(webpush.vapid_key)}))
    yield Station(app)
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Station:
    """An installation under test."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.settings: Settings = app.extensions["gridloop.settings"]

    def do(self, work: Callable[[Ctx], T]) -> T:
        """Do something in a committed transaction."""
        with self.app.app_context(), unit_of_work(SYSTEM) as ctx:
            return work(ctx)

    def rows(self, statement: str, **values: Any) -> list[Any]:
        """Look at the database."""
        return self.do(lambda ctx: list(ctx.session.execute(text(statement), values)))

    def state(self, message_id: object) -> str:
        """The state of a message."""
        return str(self.rows("SELECT state FROM outbox WHERE id = :id", id=message_id)[0].state)

    def wait_for_state(self, message_id: object, *states: str, seconds: float = 30.0) -> None:
        """Until the message is in one of the states."""
        wait_until(lambda: self.state(message_id) in states, seconds, lambda: self._story(message_id))

    def _story(self, message_id: object) -> str:
        attempts = "SELECT number, outcome, code, took_ms FROM message_attempts WHERE message_id = :id ORDER BY number"
        return f"{self.state(message_id)} after {self.rows(attempts, id=message_id)}"

    @contextmanager
    def pusher(self, **options: Any) -> Iterator[Pusher]:
        """A pusher in a thread of this process, drained at the end."""
        ready, loops = threading.Event(), []

        async def run() -> None:
            pusher = Pusher(self.app, Options(**(QUICK | options)))
            loops.append((asyncio.get_running_loop(), pusher))
            ready.set()
            await pusher.run()

        thread = threading.Thread(target=lambda: asyncio.run(run()))
        thread.start()
        ready.wait(10)
        loop, pusher = loops[0]
        try:
            yield pusher
        finally:
            loop.call_soon_threadsafe(pusher.stop)
            thread.join(30)
            assert not thread.is_alive()

    def pusher_process(self, *arguments: str) -> subprocess.Popen[bytes]:
        """A pusher as it runs in production, to be killed."""
        settings = self.settings
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GRIDLOOP_")}
        environment |= KEYS | {
            "GRIDLOOP_DATABASE_URL": settings.database_url,
            "GRIDLOOP_REDIS_URL": settings.redis_url,
            "GRIDLOOP_FCM_BASE_URL": settings.fcm_base_url,
            "GRIDLOOP_FCM_CREDENTIALS": settings.fcm_credentials,
            "GRIDLOOP_TWILIO_BASE_URL": settings.twilio_base_url,
            "GRIDLOOP_LOG_LEVEL": "ERROR",
        }
        command = [sys.executable, "-m", "workers.pusher", "--poll-s", "0.1", "--sweep-s", "0.1", *arguments]
        return subprocess.Popen(command, cwd=ROOT, env=environment)


def wait_until(true: Callable[[], bool], seconds: float = 30.0, tell: Callable[[], str] = lambda: "") -> None:
    """Look again and again until something holds."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            pytest.fail(f"not within {seconds} s: {tell()}")
        time.sleep(0.03)


def accepted(running: RunningStandIn, *addresses: str) -> list[dict[str, Any]]:
    """The provider's ledger for these addresses: the truth about what was sent."""
    return [entry for entry in running.ledger() if entry["to"] in addresses]
