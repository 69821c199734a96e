"""The ways to send a thousand pushes, for comparison, all to the same provider: our gateway, firebase-admin, h2load."""

import asyncio
import json
import logging
import os
import re
import resource
import shutil
import subprocess
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from firebase_admin import messaging
from requests.adapters import HTTPAdapter

from api.notifications.gateways.fcm import FcmGateway, build_message
from api.notifications.gateways.fcm_bodies import encode_push
from api.notifications.gateways.fcm_http2 import FcmHttp2Gateway
from api.notifications.types import Outcome, OutcomeKind, PushEnvelope
from bench.provider import sample_push
from bench.quick_provider import QuickProvider

SDK_BATCH = 500
WIDTH = 2_000


@dataclass(frozen=True)
class Cost:
    """What sending took: seconds, and processor seconds of whoever sent."""

    count: int
    seconds: float
    processor_s: float

    @property
    def per_second(self) -> float:
        return self.count / self.seconds

    @property
    def per_thousand(self) -> float:
        """Processor seconds per thousand messages."""
        return self.processor_s / self.count * 1_000


class Senders:
    """Both gateways with warm connections, on an event loop of their own."""

    def __init__(self, provider: QuickProvider, folder: Path) -> None:
        self._provider, self._folder = provider, folder
        self._account = provider.settings["GRIDLOOP_FCM_CREDENTIALS"]
        # The SDK's two clients and ours look for the authorities in these.
        os.environ["SSL_CERT_FILE"] = os.environ["REQUESTS_CA_BUNDLE"] = str(provider.certificate)
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self._ours: FcmHttp2Gateway = self._do(self._open(FcmHttp2Gateway))
        self._sdk: FcmGateway = self._do(self._open(FcmGateway))
        # What the SDK does for Google's address; with another one it would keep ten of its hundred connections.
        service = messaging._get_messaging_service(self._sdk._app)
        service._client.session.mount(provider.base_url, HTTPAdapter(pool_connections=100, pool_maxsize=100))
        logging.getLogger("urllib3").setLevel(logging.ERROR)

    def send_ours(self, count: int) -> Cost:
        """Through our gateway, as many in flight as the pusher has."""
        envelopes = _envelopes(count)
        return _measure(count, lambda: self._do(self._send(envelopes)))

    def send_each(self, count: int) -> Cost:
        """Through the SDK's `send_each`, five hundred a call."""
        messages = [build_message(envelope) for envelope in _envelopes(count)]

        def send() -> None:
            for start in range(0, count, SDK_BATCH):
                batch = messaging.send_each(messages[start : start + SDK_BATCH], app=self._sdk._app)
                if batch.failure_count:
                    raise SystemExit(f"the SDK failed: {batch.responses[0].exception!r}")

        return _measure(count, send)

    def load(self, count: int) -> Cost | None:
        """h2load with twenty connections of a hundred streams, if there is one."""
        program = shutil.which("h2load")
        if program is None:
            return None
        body = self._folder / "body.json"
        body.write_bytes(encode_push(sample_push(0), build_message))
        project = json.loads(Path(self._account).read_text())["project_id"]
        url = f"{self._provider.base_url}/v1/projects/{project}/messages:send"
        command = [program, "-n", str(count), "-c", "20", "-m", "100", "-d", str(body), url]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        found = re.search(r"finished in [\d.]+m?s, ([\d.]+) req/s", answer)
        if not found or f"{count} succeeded" not in answer:
            raise SystemExit(f"h2load: {answer[-400:]}")
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return Cost(count, count / float(found[1]), used)

    def close(self) -> None:
        """Close the connections."""
        for gateway in (self._ours, self._sdk):
            self._do(gateway.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
            os.environ.pop(name, None)

    async def _open(self, kind: Any) -> Any:
        gateway = kind(self._account, self._provider.base_url)
        await gateway.open()
        return gateway

    async def _send(self, envelopes: list[PushEnvelope]) -> None:
        waiting = iter(envelopes)

        async def work() -> None:
            for envelope in waiting:
                outcome: Outcome = await self._ours.send(envelope)
                while outcome.code == "no_room":  # a busy machine is slow to open all connections
                    outcome = await self._ours.send(envelope)
                if outcome.kind is not OutcomeKind.ACCEPTED:
                    raise SystemExit(f"our gateway failed: {outcome}")

        await asyncio.gather(*(work() for _ in range(WIDTH)))

    def _do(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(120)


def _envelopes(count: int) -> list[PushEnvelope]:
    notice = replace(sample_push(0), interruption_level="active")
    return [replace(notice, data={**notice.data, "msg_id": str(uuid4())}) for _ in range(count)]


def _measure(count: int, send: Any) -> Cost:
    started, used = time.perf_counter(), time.process_time()
    send()
    return Cost(count, time.perf_counter() - started, time.process_time() - used)
