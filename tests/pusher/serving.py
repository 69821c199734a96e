"""The API over HTTP for the stand-ins to call back, and timers run as a worker runs them."""

import threading
from collections.abc import Callable, Iterator

import pytest
from werkzeug.serving import make_server

from api.app import create_app
from api.plumbing.db import db
from config import Settings
from tests.pusher.conftest import Station
from tests.sandboxes import RunningFcm, RunningTwilio
from workers.runtime import run_in_context


@pytest.fixture
def open_station(
    clone_database: Callable[[], str], make_settings: Callable[..., Settings], fcm: RunningFcm, twilio: RunningTwilio,
    free_port: int,
) -> Iterator[Station]:  # fmt: skip
    """A database, pushers to start on it, and its API on the public address that providers call back."""
    settings = make_settings(
        clone_database(),
        fcm_base_url=fcm.base_url,
        fcm_credentials=str(fcm.service_account),
        twilio_base_url=twilio.base_url,
        public_url=f"http://127.0.0.1:{free_port}",
        log_level="CRITICAL",
        phone_countries="86,65",
    )
    app = create_app(settings)
    server = make_server("127.0.0.1", free_port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    twilio.control(inbound_url=f"{settings.public_url}/webhooks/twilio/text", callback_delay_ms=5.0)
    try:
        yield Station(app)
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()
        with app.app_context():
            db.engine.dispose()


def run_timers(station: Station, job: str) -> int:
    """Run what waits of one job and is due; returns how many fired."""
    rows = station.rows("SELECT id FROM timers WHERE job = :job AND state = 'waiting' AND due_at <= now()", job=job)
    with station.app.app_context():
        return [run_in_context(row.id) for row in rows].count("fired")
