"""What both stand-ins share: seeded faults, the ledger, the phones' inboxes, the side door."""

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import httpx
import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from tests.sandboxes import ROOT
from workers.sandbox import mailbox as mailboxes
from workers.sandbox.control import guard
from workers.sandbox.faults import Fate, Faults, draw_verdict
from workers.sandbox.ledger import Ledger
from workers.sandbox.mailbox import Mailbox

MIXED = Faults(failures={"500": 0.1, "503": 0.1}, drop_request=0.1, drop_reply=0.2, late_reply=0.1, hang=0.1, drip=0.1)


@pytest.mark.unit
def test_a_run_repeats_with_its_seed_and_not_with_another():
    first = [draw_verdict(MIXED, f"m{n}", 1) for n in range(300)]
    assert first == [draw_verdict(MIXED, f"m{n}", 1) for n in range(300)]
    assert first != [draw_verdict(MIXED.merged({"seed": 2}), f"m{n}", 1) for n in range(300)]


@pytest.mark.unit
def test_each_attempt_draws_anew():
    assert len({draw_verdict(MIXED, "m", attempt).fate for attempt in range(50)}) > 4


@pytest.mark.unit
def test_fates_come_as_often_as_set():
    drawn = Counter(draw_verdict(MIXED, f"m{n}", 1).fate for n in range(20_000))
    expected = {Fate.FAIL: 0.2, Fate.DROP_REPLY: 0.2, Fate.ANSWER: 0.2, Fate.HANG: 0.1, Fate.DRIP: 0.1}
    for fate, share in expected.items():
        assert drawn[fate] / 20_000 == pytest.approx(share, abs=0.015)


@pytest.mark.unit
def test_latency_is_fixed_plus_jitter():
    slow = Faults(latency_ms=100, jitter_ms=50)
    delays = [draw_verdict(slow, str(n), 1).delay for n in range(500)]
    assert 0.1 <= min(delays) < 0.11
    assert 0.14 < max(delays) <= 0.15


@pytest.mark.unit
@pytest.mark.parametrize(
    "changes",
    [
        {"colour": 1},
        {"hang": "often"},
        {"hang": True},
        {"drop_reply": 1.2},
        {"drop_reply": -0.1},
        {"drop_reply": 0.6, "hang": 0.6},
        {"failures": {"200": 1.0}},
        {"failures": {"teapot": 1.0}},
        {"revoked": 1},
        {"seed": "x"},
    ],
)
def test_settings_that_make_no_sense_are_refused(changes):
    with pytest.raises(ValueError, match=r"."):
        Faults().merged(changes)


@pytest.mark.unit
def test_the_ledger_counts_extras_and_goes_on_after_a_restart(tmp_path):
    path = tmp_path / "deep" / "ledger.jsonl"
    ledger = Ledger(path)
    for msg_id, to in (("a", "x"), ("b", "x"), ("a", "x"), ("a", "second phone"), (None, "x"), (None, "x")):
        ledger.append(msg_id=msg_id, to=to, id=f"id{ledger.accepted}")
    assert ledger.counts() == {"accepted": 6, "distinct": 5, "extras": 1}
    ledger.close()
    with path.open("ab") as file:
        file.write(b'{"n": 7, "cut by a ki')
    again = Ledger(path)
    assert again.counts() == {"accepted": 6, "distinct": 5, "extras": 1}
    again.append(msg_id="c", to="x", id="id6")
    again.close()
    assert [json.loads(line)["n"] for line in path.read_text().splitlines()] == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.unit
def test_a_poll_waits_for_the_first_arrival():
    async def run() -> None:
        box = Mailbox()
        poll = asyncio.create_task(box.wait("anna", 0, 5))
        await asyncio.sleep(0)
        box.deliver("bert", {"n": 1})
        box.deliver("anna", {"n": 2})
        assert [arrival.message for arrival in await poll] == [{"n": 2}]
        assert await box.wait("anna", 2, 0.01) == []
        assert [arrival.address for arrival in box.arrivals(None, 0)] == ["bert", "anna"]

    asyncio.run(run())


@pytest.mark.unit
def test_the_mailbox_forgets_the_oldest(monkeypatch):
    monkeypatch.setattr(mailboxes, "KEPT", 3)

    async def run() -> None:
        box = Mailbox()
        for n in range(5):
            box.deliver(f"phone {n % 2}", {"n": n})
        assert [arrival.message["n"] for arrival in box.arrivals(None, 0)] == [2, 3, 4]
        assert [arrival.message["n"] for arrival in box.arrivals("phone 0", 0)] == [2, 4]
        assert [arrival.message["n"] for arrival in box.arrivals("phone 1", 0)] == [3]

    asyncio.run(run())


def _visit(remote: str, headers: dict[str, str], key: str) -> int:
    async def door(_: web.Request) -> web.StreamResponse:
        return web.Response(status=204)

    async def run() -> int:
        request = make_mocked_request("POST", "/_control", headers=headers).clone(remote=remote)
        try:
            return (await guard(door, key)(request)).status
        except web.HTTPForbidden:
            return 403

    return asyncio.run(run())


@pytest.mark.unit
@pytest.mark.parametrize(
    ("remote", "shown", "key", "status"),
    [
        ("127.0.0.1", "", "", 204),
        ("::1", "", "k", 204),
        ("10.0.0.5", "", "", 403),
        ("10.0.0.5", "", "k", 403),
        ("10.0.0.5", "x", "k", 403),
        ("10.0.0.5", "k", "k", 204),
        ("not an address", "", "", 403),
    ],
)
def test_the_side_door_opens_to_this_machine_or_to_the_key(remote, shown, key, status):
    assert _visit(remote, {"X-Control-Key": shown}, key) == status


def test_the_side_door_over_http(fcm):
    with httpx.Client(base_url=fcm.base_url) as client:
        assert client.get("/healthz").json() == {"status": "ok"}
        assert client.post("/_control", content="[1]").status_code == 400
        assert client.post("/_control", content="{").status_code == 400
        assert client.post("/_control", json={"hang": 2}).json() == {
            "error": "rates must lie in 0..1 and add up to at most 1, not 2.0"
        }
        assert client.post("/_control", json={"dead_tokens": ["b", "a"]}).json()["dead_tokens"] == ["a", "b"]
        assert client.delete("/_control").json()["dead_tokens"] == []
        assert client.get("/_phones/messages?after=x").status_code == 400


def test_a_poller_from_before_a_restart_starts_again(fcm, push, token, msg_id):
    from tests.sandbox.sdk import make_message

    push.send(make_message(token, msg_id))
    with httpx.Client(base_url=fcm.base_url) as client:
        page = client.get("/_phones/messages", params={"after": 0}).json()
        held = {"after": page["next"], "epoch": page["epoch"]}
        assert client.get("/_phones/messages", params=held).json()["messages"] == []
        stale = client.get("/_phones/messages", params={"after": page["next"], "epoch": "before"}).json()
        assert stale["messages"]
        assert client.get("/_phones/messages", params={"after": 10**9}).json()["messages"]


def test_a_stand_in_does_not_outlive_whoever_started_it(tmp_path):
    script = (
        "import pathlib, sys, tests.sandboxes as s\n"
        "running = s.start_fcm(pathlib.Path(sys.argv[1]))\n"
        "print(running.pid, running.base_url, flush=True)\n"
        "import os; os._exit(1)\n"
    )
    run = subprocess.run([sys.executable, "-c", script, str(tmp_path)], cwd=ROOT, capture_output=True, text=True)
    pid, url = run.stdout.split()
    deadline = time.monotonic() + 10
    while Path(f"/proc/{pid}/stat").exists() and "workers.sandbox" in Path(f"/proc/{pid}/cmdline").read_text():
        assert time.monotonic() < deadline, "it is still there"
        time.sleep(0.1)
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}/healthz")
