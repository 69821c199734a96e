"""Which WSGI server and which JSON encoder: the measurement behind docs/decisions/0005.

    python -m pip install --target FOLDER gunicorn msgspec
    python -m bench.wsgi_choice --extra FOLDER

The servers run the shipped app on a small world, two processes each, in turn; the load comes from this process. The
encoders write one page of the desk's board. Not a row: it is run when the decision is questioned.
"""

import argparse
import importlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from api.app import create_app
from api.duty.schemas import LivePageSchema
from api.http.bodies import encode_json
from bench.desk import DESKS, staff_desks
from bench.load import Load, press
from bench.results import describe_machine
from bench.settings import environment, settings
from bench.world import World, copy_world, drop_copy
from deploy.local.cluster import ensure_cluster
from deploy.local.ports import choose_port

ROUNDS, SECONDS, CONNECTIONS = 5, 4.0, 16
CALLERS = 300  # at 1,200 requests a minute each nobody is refused
SERVERS = {
    "granian 2 processes": "granian --interface wsgi --host 127.0.0.1 --port {port} --no-ws --workers 2 wsgi:app",
    "gunicorn gthread 2 x 16": "gunicorn -k gthread -w 2 --threads 16 --keep-alive 60 -b 127.0.0.1:{port} wsgi:app",
}


@dataclass(frozen=True)
class Place:
    """Where the servers run, and what is asked of them."""

    environment: dict[str, str]
    callers: list[dict[str, str]]
    extra: Path
    folder: Path


def main() -> None:
    """Measure and print both tables."""
    parser = argparse.ArgumentParser(prog="bench.wsgi_choice")
    parser.add_argument("--extra", type=Path, required=True, help="folder with gunicorn and msgspec")
    extra = parser.parse_args().extra.resolve()
    print(describe_machine())
    cluster = ensure_cluster("bench")
    database = copy_world(cluster, World(10_000, 1_000, 3))
    try:
        app = create_app(settings(cluster, database))
        callers = [desk.headers for _ in range(CALLERS // DESKS) for desk in staff_desks(app)]
        with tempfile.TemporaryDirectory(prefix="gridloop-bench-") as folder:
            place = Place(environment(cluster, database), callers, extra, Path(folder))
            show_servers(measure_servers(place))
    finally:
        drop_copy(cluster, database)
    show_encoders(extra)


def measure_servers(place: Place) -> dict[tuple[str, str], list[Load]]:
    """Loads by (server, route), round by round; every server is started anew in every round."""
    found: dict[tuple[str, str], list[Load]] = {}
    for _ in range(ROUNDS):
        for name in SERVERS:
            with serving(name, place) as (port, memory_of):
                for route in ("/healthz/live", "/v1/duty/ready"):
                    press(port, route, place.callers, connections=CONNECTIONS, seconds=1.0)
                    load = press(port, route, place.callers, connections=CONNECTIONS, seconds=SECONDS)
                    found.setdefault((name, route), []).append(load._replace(memory_mb=memory_of()))
    return found


@contextmanager
def serving(name: str, place: Place) -> Iterator[tuple[int, Callable[[], float]]]:
    """A running server: its port, and what its processes hold in memory (MB)."""
    port = choose_port(18_200)
    program, *options = SERVERS[name].format(port=port).split()
    command = [sys.executable, "-m", program, *options]
    with (place.folder / "server.log").open("ab") as log:
        # Its own process group, so that workers end with their master.
        process = subprocess.Popen(
            command,
            env={**place.environment, "PYTHONPATH": str(place.extra)},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            wait_for(port, place)
            yield port, lambda: resident_mb(process.pid)
        finally:
            os.killpg(process.pid, 15)
            process.wait(20)


def wait_for(port: int, place: Place) -> None:
    """Until it answers."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            if press(port, "/healthz/ready", place.callers, connections=1, seconds=0.05).answers:
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit((place.folder / "server.log").read_text()[-2_000:])


def resident_mb(group: int) -> float:
    """Resident memory of a process group."""
    listed = subprocess.run(["ps", "-o", "rss=", "-g", str(group)], capture_output=True, text=True).stdout
    return sum(map(int, listed.split())) / 1024


def show_servers(found: dict[tuple[str, str], list[Load]]) -> None:
    """The table of servers: medians over the rounds, and the range of the rate."""
    print("| server | route | per second | range | p50 ms | p99 ms | failed | MB |\n|" + " --- |" * 8)
    for (name, route), loads in found.items():
        rates = [load.per_second for load in loads]
        columns = ([x.p50_ms for x in loads], [x.p99_ms for x in loads])
        cells = [name, route, f"{statistics.median(rates):,.0f}", f"{min(rates):,.0f} to {max(rates):,.0f}"]
        cells += [f"{statistics.median(column):.1f}" for column in columns]
        cells += [str(sum(x.failed for x in loads)), f"{statistics.median(x.memory_mb for x in loads):.0f}"]
        print(f"| {' | '.join(cells)} |")


def show_encoders(extra: Path) -> None:
    """The table of encoders: pages a second, medians over the rounds, in turn."""
    sys.path.insert(0, str(extra))
    msgspec = importlib.import_module("msgspec")
    page = sample_page()
    schema = LivePageSchema()
    ways: dict[str, Callable[[], Any]] = {
        "marshmallow, then orjson": lambda: encode_json(schema.dump(page)),
        "plain dicts, json of the standard library": lambda: json.dumps(page, default=str).encode(),
        "plain dicts, orjson": lambda: encode_json(page),
        "plain dicts, msgspec": lambda: msgspec.json.encode(page),
    }
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            rates[name].append(rate(way))
    print("| 50 rows of 9 fields | pages a second | range |\n| --- | --- | --- |")
    for name, found in rates.items():
        print(f"| {name} | {statistics.median(found):,.0f} | {min(found):,.0f} to {max(found):,.0f} |")


def rate(way: Callable[[], Any]) -> float:
    """How often a second."""
    started, count = time.perf_counter(), 0
    while time.perf_counter() - started < 0.5:
        way()
        count += 1
    return count / (time.perf_counter() - started)


def sample_page() -> dict[str, Any]:
    """A page of the board, as the route builds it."""
    now = datetime.now(UTC)
    row = {
        "member_id": UUID(int=7 << 76 | 2 << 62), "force": "volunteer", "skills": ["first_aid", "driving"],
        "since": now, "until": now, "position": {"lat": 29.703, "lon": 107.389, "datum": "wgs84"},
        "fix_at": now, "engaged_with": None,
    }  # fmt: skip
    return {"items": [dict(row) for _ in range(50)], "next_cursor": None}


if __name__ == "__main__":
    main()
