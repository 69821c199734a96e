"""The private Redis of this checkout, one per kind of use, on a unix socket only.

    from deploy.local.redis_server import ensure_redis
    ensure_redis("test").url                 # unix:///.../redis.sock?db=0

Redis carries wake-ups, never the truth; still it keeps an append-only file, so that a restart delays nothing.
"""

import os
import socket
import time
from dataclasses import dataclass
from pathlib import Path

from deploy.local.account import run_as, server_account, write_as
from deploy.local.cluster import Kind
from deploy.local.locking import hold_lock
from deploy.local.places import VAR, Place, recorded_place, settle_place
from deploy.local.postgres import last_lines
from deploy.local.programs import find_redis

START_SECONDS = 20.0
# The socket's folder is 0700, which keeps other users out; `noeviction`: a lost job is worse than a refused one.
SETTINGS = """\
port 0
unixsocket {socket}
unixsocketperm 700
dir {home}
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
daemonize yes
pidfile {pidfile}
logfile {logfile}
"""


@dataclass(frozen=True)
class Redis:
    """How to reach a running Redis."""

    kind: Kind
    socket: str

    @property
    def url(self) -> str:
        return f"unix://{self.socket}?db=0"


def place_name(kind: Kind) -> str:
    """The name of the server's folder under `var/`."""
    return "redis" if kind == "run" else f"redis-{kind}"


def socket_of(place: Place) -> str:
    """The path of its socket."""
    return str(place.sockets / "redis.sock")


def ensure_redis(kind: Kind = "run") -> Redis:
    """Return the running Redis of this kind, started if need be; any number of processes may ask at once."""
    name = place_name(kind)
    with hold_lock(name):
        place = recorded_place(name)
        if place is None or ask(place, "PING") != "+PONG":
            place = start_redis(name)
    return Redis(kind, socket_of(place))


def start_redis(name: str) -> Place:
    """Start it and return when it answers. Under the lock."""
    program = find_redis()
    if program is None:
        raise SystemExit("No Redis server is installed; `make run` installs it.")
    known = recorded_place(name)
    account = server_account(known.home if known else VAR / name)
    place = settle_place(name, account)
    settings = place.home / "redis.conf"
    write_as(account, settings, settings_text(place))
    outcome = run_as(account, [program, str(settings)], cwd=str(place.home))
    if outcome.returncode != 0 or not answers_within(place, START_SECONDS):
        raise SystemExit(
            f"redis-server did not start:\n{outcome.stdout}{outcome.stderr}\n{last_lines(place.home / 'redis.log')}"
        )
    return place


def settings_text(place: Place) -> str:
    """redis.conf for this place."""
    paths = {
        "home": place.home,
        "socket": place.sockets / "redis.sock",
        "pidfile": place.home / "redis.pid",
        "logfile": place.home / "redis.log",
    }
    return SETTINGS.format(**{name: quote(path) for name, path in paths.items()})


def stop_redis(kind: Kind = "run") -> bool:
    """Stop it, its append-only file flushed; tells whether one was running."""
    name = place_name(kind)
    place = recorded_place(name)
    if place is None or not place.home.exists():
        return False
    with hold_lock(name):
        if ask(place, "PING") is None:
            return False
        ask(place, "SHUTDOWN")
        deadline = time.monotonic() + START_SECONDS
        while ask(place, "PING") is not None and time.monotonic() < deadline:
            time.sleep(0.02)
    return True


def answers_within(place: Place, seconds: float) -> bool:
    """Wait until it serves; while it reads its file it answers -LOADING."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if ask(place, "PING") == "+PONG":
            return True
        time.sleep(0.02)
    return False


def ask(place: Place, command: str) -> str | None:
    """Send one inline command; the first line of the answer, or None when nobody answers. (No client library yet.)"""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(10)
        try:
            connection.connect(socket_of(place))
            connection.sendall(command.encode() + b"\r\n")
            answer = connection.recv(512)
        except OSError:
            return None
    return answer.decode(errors="replace").split("\r\n", 1)[0] if answer else None


def quote(path: Path) -> str:
    """A path for redis.conf, which splits at spaces."""
    return '"' + os.fspath(path).replace("\\", "\\\\").replace('"', '\\"') + '"'
