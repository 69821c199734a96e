"""What the fault tests share: the installation and stand-ins of the pusher tests, and how long a run is."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.running import House, open_house, own_redis
from tests.journey.system import System
from tests.pusher.conftest import (  # noqa: F401  fixtures
    aliyun,
    aliyun_process,
    fcm,
    fcm_process,
    sending_settings,
    station,
    texting,
    twilio,
    twilio_process,
)

LONG = os.environ.get("FAULTS") == "long"


@pytest.fixture
def house(tmp_path: Path, sending_settings, fcm, twilio) -> Iterator[House]:  # noqa: F811  the fixtures above
    """A system of real processes, none of them started yet, on a database and a Redis of its own."""
    with own_redis() as redis:
        settings = sending_settings.model_copy(update={"redis_url": redis.url})
        system = System(tmp_path, settings.database_url, redis.url, fcm, twilio)
        with open_house(system, settings, redis, volunteers=2) as opened:
            try:
                yield opened
            finally:
                system.stop()


@pytest.fixture(scope="session")
def front(
    tmp_path_factory: pytest.TempPathFactory,
    clone_database,
    make_settings,
    fcm_process,  # noqa: F811  the fixtures above
    twilio_process,  # noqa: F811
) -> Iterator[House]:
    """An API alone, for tests that do nothing to it but ask much; each makes people and incidents of its own."""
    with own_redis() as redis:
        settings = make_settings(clone_database(), redis_url=redis.url, log_level="CRITICAL")
        folder = tmp_path_factory.mktemp("front")
        system = System(folder, settings.database_url, redis.url, fcm_process, twilio_process)
        with open_house(system, settings, redis, volunteers=2) as opened:
            try:
                opened.start("api")
                yield opened
            finally:
                system.stop()
