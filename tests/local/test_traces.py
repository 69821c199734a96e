"""What an interrupted run left is ended; what only looks like it is not."""

import dataclasses
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local import traces
from deploy.local.traces import Trace, end_left_overs, left_over, look_at, members_of, read_trace, write_trace


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(traces, "RUN", tmp_path)
    return tmp_path


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
    yield process
    process.kill()
    process.wait()


def trace_of(pid: int) -> Trace:
    seen = look_at(pid)
    assert seen is not None
    return Trace(pid, seen.started, traces.boot_id())


def test_what_was_left_is_ended_and_forgotten(folder: Path, sleeper: subprocess.Popen[bytes]) -> None:
    write_trace("pusher", sleeper.pid)
    assert end_left_overs() == ["pusher"]
    assert sleeper.wait(5) != 0
    assert not list(folder.iterdir())
    assert end_left_overs() == []


def test_orphans_are_found_when_the_leader_is_gone(folder: Path) -> None:
    code = "import os, time\nif os.fork(): time.sleep(0.3); os._exit(0)\ntime.sleep(60)"
    leader = subprocess.Popen([sys.executable, "-c", code], start_new_session=True)
    write_trace("api", leader.pid)
    leader.wait()
    orphans = [seen.pid for seen in members_of(leader.pid)]
    assert len(orphans) == 1
    assert end_left_overs() == ["api"]
    time.sleep(0.05)
    assert not list(members_of(leader.pid))


def test_a_number_that_was_given_to_somebody_else_is_left_alone(folder: Path, sleeper: subprocess.Popen[bytes]) -> None:
    true = trace_of(sleeper.pid)
    assert left_over(true)
    (folder / "relay.json").write_text(json.dumps(dataclasses.asdict(dataclasses.replace(true, started=1))))
    assert end_left_overs() == []
    assert sleeper.poll() is None
    assert not left_over(dataclasses.replace(true, boot="another start of the machine"))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"pid": 1}', "null"])
def test_an_unreadable_trace_is_none(folder: Path, text: str) -> None:
    path = folder / "api.json"
    path.write_text(text)
    assert read_trace(path) is None
