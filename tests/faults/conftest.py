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
