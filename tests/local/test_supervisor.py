"""Keeping processes alive, with processes that do nothing."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.local import child, supervisor, traces
from deploy.local.child import Child
from deploy.local.processes import Process
from deploy.local.supervisor import Supervisor

SLEEP = (sys.executable, "-c", "import time; time.sleep(60)")


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(traces, "RUN", tmp_path)
    monkeypatch.setattr(child, "LOGS", tmp_path)
    monkeypatch.setattr(child, "ROOT", tmp_path)
    monkeypatch.setattr(child, "SETTLED_AFTER_S", 0.05)
    monkeypatch.setattr(child, "FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr(supervisor, "GIVE_UP_AFTER", 2)
    return tmp_path


def pid_of(folder: Path, name: str) -> int | None:
    trace = traces.read_trace(folder / f"{name}.json")
    return trace.pid if trace else None


def eventually(look: Callable[[], object], within: float = 30.0) -> None:
    deadline = time.monotonic() + within
    while not look():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def is_gone(pid: int) -> bool:
    seen = traces.look_at(pid)
    return seen is None or seen.is_dead


def watch_until(running: Child, look: Callable[[], object]) -> list[str]:
    said: list[str] = []
    eventually(lambda: said.append(running.watch(time.monotonic())) or look())
    return [line for line in said if line]


def test_a_killed_process_comes_back(folders: Path) -> None:
    running = Child(Process("sleeper", SLEEP), os.environ)
    running.start()
    first = pid_of(folders, "sleeper")
    assert first is not None
    os.kill(first, signal.SIGKILL)
    said = watch_until(running, lambda: pid_of(folders, "sleeper") not in (first, None))
    assert said == ["sleeper was killed (SIGKILL) and starts again in 0.0 s (log: sleeper.log)"]
    running.kill()


def test_what_a_killed_process_leaves_behind_goes_with_it(folders: Path) -> None:
    forking = (sys.executable, "-c", "import os, time; os.fork() or os.setpgrp(); time.sleep(60)")
    running = Child(Process("forker", forking), os.environ)
    running.start()
    pid = pid_of(folders, "forker")
    assert pid is not None
    eventually(lambda: len(list(traces.members_of(pid))) == 2)
    orphan = next(seen.pid for seen in traces.members_of(pid) if seen.pid != pid)
    os.kill(pid, signal.SIGKILL)
    watch_until(running, lambda: is_gone(orphan))
    running.kill()


def test_pauses_grow_and_stop_growing(folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "FIRST_PAUSE_S", 1.0)
    running = Child(Process("quitter", (sys.executable, "-c", "raise SystemExit(3)")), os.environ)
    now, said = 0.0, []
    while len(said) < 6:
        if words := running.watch(now):
            said.append(words)
        now += 0.0 if running._running else 100.0
        running._started_at = now
        time.sleep(0.005)
    assert "ended with status 3" in said[0]
    assert [words.split("again in ")[1].split(" s")[0] for words in said] == [
        "1.0",
        "2.0",
        "4.0",
        "8.0",
        "10.0",
        "10.0",
    ]


def test_a_process_that_cannot_start_is_shown_with_its_last_lines(folders: Path) -> None:
    broken = Process("broken", (sys.executable, "-c", "raise SystemExit('no such setting')"))
    with (
        pytest.raises(SystemExit, match=r"(?s)broken does not start.*no such setting"),
        Supervisor([broken], os.environ) as system,
    ):
        system.start()


def test_a_signal_stops_everything(folders: Path) -> None:
    with Supervisor([Process("one", SLEEP), Process("two", SLEEP)], os.environ) as system:
        system.start()
        pids = [pid for name in ("one", "two") if (pid := pid_of(folders, name))]
        threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGTERM)).start()
        system.run()
    assert all(is_gone(pid) for pid in pids)
    assert list(folders.glob("*.json")) == []


def test_who_does_not_listen_is_killed(
    folders: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(supervisor, "STOP_WITHIN_S", 0.2)
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    )
    with Supervisor([Process("deaf", (sys.executable, "-c", deaf))], os.environ) as system:
        system.start()
        eventually((folders / "deaf.log").read_text)
        pid = pid_of(folders, "deaf")
    assert pid is not None
    assert is_gone(pid)
    assert "deaf did not stop" in capsys.readouterr().out


def test_children_end_with_a_supervisor_that_is_killed(folders: Path) -> None:
    root = Path(child.__file__).parents[2]
    script = (
        "import os, sys, time; from pathlib import Path\n"
        "from deploy.local import child, traces\n"
        f"child.LOGS = traces.RUN = Path({str(folders)!r})\n"
        "from deploy.local.processes import Process\n"
        f"child.Child(Process('orphan', {SLEEP!r}), os.environ).start(); time.sleep(60)\n"
    )
    pid = os.posix_spawn(sys.executable, [sys.executable, "-c", script], {**os.environ, "PYTHONPATH": str(root)})
    eventually(lambda: pid_of(folders, "orphan"))
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    eventually(lambda: is_gone(pid_of(folders, "orphan") or 0))


def test_logs_are_turned_at_the_start(folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "LOGS", folders)
    (folders / "api.log").write_text("before")
    supervisor.turn_logs(["api", "pusher"])
    assert (folders / "api.log.1").read_text() == "before"
    assert not (folders / "api.log").exists()
