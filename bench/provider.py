"""The provider's side: when the FCM stand-in accepted which message, when a transaction committed, and the bare SDK."""

import asyncio
import json
import threading
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from firebase_admin import messaging

from api.notifications.gateways.fcm import FcmGateway, build_message
from api.notifications.types import PushEnvelope
from api.plumbing.outbox import CHANNEL
from tests.sandboxes import RunningFcm, make_token

PATIENCE_S = 10.0


class Accepted:
    """Follows the stand-in's ledger; its times are of acceptance, half-way through the stand-in's latency."""

    def __init__(self, ledger: Path) -> None:
        self._file = ledger.open("rb")

    def skip(self) -> None:
        """Forget what was accepted so far."""
        self._file.seek(0, 2)

    def wait_for(self, count: int) -> list[float]:
        """The times of the next `count` acceptances."""
        found: list[float] = []
        deadline = time.monotonic() + PATIENCE_S
        while len(found) < count:
            line = self._file.readline()
            if line.endswith(b"\n"):
                found.append(json.loads(line)["at"])
            elif time.monotonic() > deadline:
                raise SystemExit(f"{count - len(found)} of {count} messages were not handed over in {PATIENCE_S:g} s")
            else:
                self._file.seek(-len(line), 1)
                time.sleep(0.002)
        return found


class Commits(threading.Thread):
    """Notes when outbox rows were committed: the database notifies in the moment of the commit."""

    def __init__(self, conninfo: str) -> None:
        super().__init__(daemon=True)
        self._connection = psycopg.connect(conninfo, autocommit=True)
        self._connection.execute(f"LISTEN {CHANNEL}")
        self._times: list[float] = []
        self._ending = threading.Event()
        self.start()

    def run(self) -> None:
        while not self._ending.is_set():
            for _ in self._connection.notifies(timeout=0.5):
                self._times.append(time.time())
        self._connection.close()

    def close(self) -> None:
        """Stop listening."""
        self._ending.set()
        self.join(PATIENCE_S)

    def first_after(self, moment: float) -> float:
        """The first commit after `moment`; waits for one."""
        deadline = time.monotonic() + PATIENCE_S
        while not (later := [at for at in self._times if at >= moment]):
            if time.monotonic() > deadline:
                raise SystemExit("no outbox row was committed")
            time.sleep(0.001)
        self._times.clear()
        return later[0]


class BareSdk:
    """firebase-admin alone, its connections warm, on an event loop of its own."""

    def __init__(self, fcm: RunningFcm, recipients: int) -> None:
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self._gateway = self._do(self._open(fcm))
        self._messages = [build_message(sample_push(number)) for number in range(recipients)]

    def send(self) -> tuple[float, float]:
        """Send to all recipients in one call; when it began and when the last answer was there."""
        started = time.time()
        batch = self._do(messaging.send_each_async(self._messages, dry_run=False, app=self._gateway._app))
        if batch.failure_count:
            raise SystemExit(f"the bare SDK failed: {batch.responses[0].exception!r}")
        return started, time.time()

    def close(self) -> None:
        """Close its connections."""
        self._do(self._gateway.close())
        self._loop.call_soon_threadsafe(self._loop.stop)

    async def _open(self, fcm: RunningFcm) -> FcmGateway:
        # The gateway is used for its set-up only: host, credentials, no silent re-sends.
        gateway = FcmGateway(str(fcm.service_account), fcm.base_url)
        await gateway.open()
        return gateway

    def _do(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE_S)


def sample_push(number: int) -> PushEnvelope:
    """A push as large as the program's own."""
    msg_id = str(uuid4())
    return PushEnvelope(
        token=make_token(f"bare {number}"),
        data={"msg_id": msg_id, "type": "offer", "subject_id": str(uuid4()), "v": "1"},
        title="新的任务请求",
        body="请打开应用查看。",
        android_channel="alert",
        tag=msg_id,
        ttl_s=900,
        apns_headers={"apns-priority": "10", "apns-push-type": "alert", "apns-collapse-id": msg_id},
        interruption_level="time-sensitive",
    )
