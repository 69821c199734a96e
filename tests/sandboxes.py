"""Start the providers' stand-ins as real processes on free ports, for tests.

    with start_fcm(tmp_path) as fcm:
        fcm.control(drop_reply=1.0)

The processes are the product's own (`workers.sandbox`); nothing here knows how they work.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import httpx
import pytest

from api.identity.rules.subscriptions import public_push_key

ROOT = Path(__file__).resolve().parent.parent
ACCOUNT_SID = "AC" + "0" * 32
AUTH_TOKEN = "f" * 32
START_DEADLINE = 30.0
"""Seconds; generous, because the machine may be busy with other tests."""


class RunningStandIn:
    """A stand-in process and its side door."""

    module = ""

    def __init__(self, folder: Path, *, port: int = 0, faults: dict[str, Any] | None = None, **options: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._name = self.module.rpartition(".")[2]
        self._folder = folder
        self._options = options
        self._faults = faults or {}
        self._process: subprocess.Popen[bytes] | None = None
        self._client: httpx.Client | None = None
        self.port = port
        self.ledger_path = folder / f"{self._name}.jsonl"
        self.start()
        if self._faults:
            self.control(**self._faults)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self._process is not None, "the stand-in is stopped"
        return self._process.pid

    def start(self) -> None:
        """Start it, or start it again: same port, same ledger."""
        assert self._process is None, "it runs already"
        port_file = self._folder / f"{self._name}.port"
        port_file.unlink(missing_ok=True)
        options = {"port": str(self.port), "ledger": str(self.ledger_path), "port-file": str(port_file)}
        options |= self._options
        flags = [part for name, value in options.items() for part in (f"--{name}", value)]
        command = [sys.executable, "-m", self.module, "--with-parent", *flags]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, cwd=ROOT, env=clean_environment(), stdout=log, stderr=log)
        self.port = self._wait_for_port(port_file)
        self._client = httpx.Client(base_url=self.base_url, timeout=40, trust_env=False)

    def stop(self) -> None:
        """Ask it to end, and wait. Stopping twice is fine."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL, as the fault tests do."""
        self._end(signal.SIGKILL)

    def control(self, **settings: Any) -> dict[str, Any]:
        """Merge settings; what they are now."""
        return self._json("POST", "/_control", json=settings)

    def reset(self) -> dict[str, Any]:
        """Healthy again; ledger and phones keep what they have."""
        return self._json("DELETE", "/_control")

    def counts(self) -> dict[str, Any]:
        return self._json("GET", "/_ledger/counts")

    def ledger(self) -> list[dict[str, Any]]:
        """Every accepted request, in order."""
        entries: list[dict[str, Any]] = []
        while page := self._json("GET", "/_ledger", params={"after": len(entries)})["entries"]:
            entries += page
        return entries

    def messages(self, address: str | None = None, after: int = 0, wait: int = 0) -> list[dict[str, Any]]:
        """What arrived on one phone, or on all: {"seq", "address", "at", "message"}."""
        path = f"/_phones/{address}/messages" if address else "/_phones/messages"
        found: list[dict[str, Any]] = self._json("GET", path, params={"after": after, "wait": wait})["messages"]
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def _log(self) -> Path:
        return self._folder / f"{self._name}.log"

    def _json(self, method: str, path: str, **details: Any) -> dict[str, Any]:
        assert self._client is not None, "the stand-in is stopped"
        answer = self._client.request(method, path, **details)
        assert answer.status_code == 200, f"{method} {path}: {answer.status_code} {answer.text}"
        content: dict[str, Any] = answer.json()
        return content

    def _wait_for_port(self, port_file: Path) -> int:
        deadline = time.monotonic() + START_DEADLINE
        while not port_file.exists():
            assert self._process is not None
            if self._process.poll() is not None or time.monotonic() > deadline:
                self._end(signal.SIGKILL)
                pytest.fail(f"{self.module} did not start:\n{self._log.read_text()[-2000:]}")
            time.sleep(0.02)
        return int(port_file.read_text())

    def _end(self, number: signal.Signals) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None
        if self._process is not None:
            if self._process.poll() is None:
                self._process.send_signal(number)
            self._process.wait(10)
            self._process = None


class RunningFcm(RunningStandIn):
    """The FCM stand-in. `service_account` is the file for GRIDLOOP_FCM_CREDENTIALS."""

    module = "workers.sandbox.fcm"
    project_id = "gridloop-sandbox"

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.service_account = folder / "fcm-service-account.json"
        super().__init__(folder, **settings, **{"service-account": str(self.service_account)})


class RunningTwilio(RunningStandIn):
    """The Twilio stand-in."""

    module = "workers.sandbox.twilio"

    def __init__(self, folder: Path, *, account_sid: str, auth_token: str, **settings: Any) -> None:
        self.account_sid = account_sid
        self.auth_token = auth_token
        super().__init__(folder, **settings, **{"account-sid": account_sid, "auth-token": auth_token})

    def callbacks(self) -> list[dict[str, Any]]:
        """Every status callback sent: sid, status, url, what it was answered, at."""
        found: list[dict[str, Any]] = self._json("GET", "/_callbacks")["callbacks"]
        return found

    def calls(self) -> list[dict[str, Any]]:
        """Every call: sid, to, status, what was heard in it and pressed."""
        found: list[dict[str, Any]] = self._json("GET", "/_calls")["calls"]
        return found

    def pick_up(self, number: str, keys: str = "", failure: str = "") -> bool:
        """Answer the ringing phone with these keys; False when it does not ring."""
        return bool(self._json("POST", f"/_phones/{number}/pickup", json={"keys": keys, "failure": failure})["rang"])

    def text(self, number: str, body: str, sid: str = "") -> tuple[str, int]:
        """Text the account's number from this phone; the message's id and the application's HTTP status."""
        answer = self._json("POST", f"/_phones/{number}/texts", json={"body": body, "sid": sid})
        return answer["sid"], answer["answer"]


class RunningAliyun(RunningStandIn):
    """The Aliyun stand-in; `register` writes what its console would hold."""

    module = "workers.sandbox.aliyun"
    key_id, key_secret = "LTAItesttesttesttest", "s" * 30

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.templates = folder / "aliyun-templates.json"
        options = {"key-id": self.key_id, "key-secret": self.key_secret, "templates": str(self.templates)}
        super().__init__(folder, **settings, **options)

    def register(self, signatures: list[str], templates: list[dict[str, Any]]) -> None:
        """These signatures and templates ({code, body, type}) and no others."""
        self.templates.write_text(json.dumps({"signatures": signatures, "templates": templates}), "utf-8")

    def reports(self) -> list[dict[str, Any]]:
        """Every delivery report sent: out_id, code, what it was answered, at."""
        found: list[dict[str, Any]] = self._json("GET", "/_reports")["reports"]
        return found


class RunningWebPush(RunningStandIn):
    """The Web Push stand-in, with a key for whoever sends to it."""

    module = "workers.sandbox.webpush"
    vapid_key = base64.urlsafe_b64encode(bytes(range(1, 33))).decode().rstrip("=")

    def subscribe(self, key: str = "") -> str:
        """A new subscription as a phone's token, for our sender's key unless another one is named."""
        answer = self._json("POST", "/_subscriptions", json={"key": key or public_push_key(self.vapid_key)})
        return json.dumps(answer, separators=(",", ":"), sort_keys=True)


def start_webpush(folder: Path, *, faults: dict[str, Any] | None = None, port: int = 0) -> RunningWebPush:
    """Start the Web Push stand-in in its own process; ledger and log go into `folder`."""
    return RunningWebPush(folder, faults=faults, port=port)


def start_aliyun(folder: Path, *, faults: dict[str, Any] | None = None, port: int = 0) -> RunningAliyun:
    """Start the Aliyun stand-in in its own process; ledger, log and templates go into `folder`."""
    return RunningAliyun(folder, faults=faults, port=port)


def start_fcm(folder: Path, *, faults: dict[str, Any] | None = None, port: int = 0) -> RunningFcm:
    """Start the FCM stand-in in its own process; ledger, log and credentials go into `folder`."""
    return RunningFcm(folder, faults=faults, port=port)


def start_twilio(
    folder: Path,
    *,
    account_sid: str = ACCOUNT_SID,
    auth_token: str = AUTH_TOKEN,
    faults: dict[str, Any] | None = None,
    port: int = 0,
) -> RunningTwilio:
    """Start the Twilio stand-in in its own process; ledger and log go into `folder`."""
    return RunningTwilio(folder, account_sid=account_sid, auth_token=auth_token, faults=faults, port=port)


def make_token(name: str) -> str:
    """A registration token that looks like one; the same name gives the same token."""
    digest = hashlib.sha512(name.encode()).digest() + hashlib.sha384(name.encode()).digest()
    text = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    return f"{text[:22]}:APA91b{text[:134].ljust(134, 'x')}"


@pytest.fixture
def fcm(tmp_path: Path) -> Iterator[RunningFcm]:
    """A healthy FCM stand-in of this test's own."""
    with start_fcm(tmp_path) as running:
        yield running


@pytest.fixture
def twilio(tmp_path: Path) -> Iterator[RunningTwilio]:
    """A healthy Twilio stand-in of this test's own."""
    with start_twilio(tmp_path) as running:
        yield running


def clean_environment() -> dict[str, str]:
    """Ours without GRIDLOOP_ settings: what a developer has set must not steer the tests."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GRIDLOOP_")}
