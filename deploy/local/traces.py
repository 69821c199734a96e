"""Which processes a run has started, so that the next one can end what an interrupted one left behind.

Every child leads a session of its own, so its descendants (a server's workers, a queue worker's job) are found by the
session's number even when the child itself is gone. A number is only believed together with the start time and the boot
it belongs to: after a restart of the machine the same number may be anybody.
"""

import contextlib
import json
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from deploy.local.places import RUN

PROC = Path("/proc")
GONE_WITHIN_S = 20.0


@dataclass(frozen=True)
class Trace:
    """A child: its process id (which is its session's number too), when it started, and on which boot."""

    pid: int
    started: int
    boot: str


@dataclass(frozen=True)
class Seen:
    """A process as /proc shows it."""

    pid: int
    session: int
    started: int
    is_dead: bool


def boot_id() -> str:
    """Changes with every start of the machine."""
    return (PROC / "sys/kernel/random/boot_id").read_text().strip()


def look_at(pid: int) -> Seen | None:
    """A process by its number; None when there is none."""
    try:
        text = (PROC / str(pid) / "stat").read_text()
    except OSError:
        return None
    # The second field is the name in parentheses, which may hold blanks and parentheses itself (proc(5)).
    fields = text[text.rindex(")") + 2 :].split()
    return Seen(pid, session=int(fields[3]), started=int(fields[19]), is_dead=fields[0] in "ZX")


def members_of(session: int) -> Iterator[Seen]:
    """Every living process of a session."""
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            seen = look_at(int(entry.name))
            if seen is not None and seen.session == session and not seen.is_dead:
                yield seen


def write_trace(name: str, pid: int) -> None:
    """Remember a child which was just started."""
    seen = look_at(pid)
    if seen is not None:
        RUN.mkdir(parents=True, exist_ok=True)
        (RUN / f"{name}.json").write_text(json.dumps(asdict(Trace(pid, seen.started, boot_id()))))


def read_trace(path: Path) -> Trace | None:
    """A trace as written; None when it is not one."""
    try:
        return Trace(**json.loads(path.read_text()))
    except (OSError, ValueError, TypeError):
        return None


def forget_trace(name: str) -> None:
    """The child ended under our eyes."""
    (RUN / f"{name}.json").unlink(missing_ok=True)


def left_over(trace: Trace) -> list[Seen]:
    """What still runs of a traced child.

    While a session has members its number is given to nobody else; so either its leader is exactly the one we started,
    or there is no leader any more and the rest are its orphans.
    """
    if trace.boot != boot_id():
        return []
    leader = look_at(trace.pid)
    if leader is not None and leader.started != trace.started:
        return []
    return list(members_of(trace.pid))


def end_left_overs() -> list[str]:
    """End what a run before this one has left, first politely; the names of what was still there."""
    traces = {path.stem: trace for path in RUN.glob("*.json") if (trace := read_trace(path))}
    alive = {name: trace for name, trace in traces.items() if left_over(trace)}
    for trace in alive.values():
        end_session(trace, signal.SIGTERM)
    deadline = time.monotonic() + GONE_WITHIN_S
    while any(left_over(trace) for trace in alive.values()) and time.monotonic() < deadline:
        time.sleep(0.05)
    for name, trace in traces.items():
        end_session(trace, signal.SIGKILL)
        forget_trace(name)
    return sorted(alive)


def end_session(trace: Trace, number: signal.Signals) -> None:
    """Send a signal to everything left of a child."""
    for seen in left_over(trace):
        with contextlib.suppress(ProcessLookupError):
            os.kill(seen.pid, number)


def end_orphans(session: int) -> None:
    """Kill what a child which has ended (and is not waited for yet, so its number is still ours) left behind."""
    for seen in members_of(session):
        if seen.pid != session:
            with contextlib.suppress(ProcessLookupError):
                os.kill(seen.pid, signal.SIGKILL)
