"""P18: event streams held; from the commit to every client that is told, and what requests cost meanwhile."""

import http.client
import multiprocessing
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from uuid import UUID, uuid4

import psycopg

from api.identity.service import enroll_people, open_session
from api.identity.types import NewPerson, Role
from api.plumbing.context import Actor, unit_of_work
from bench.desk import Waiting, staff_desks
from bench.listeners import Listeners
from bench.measuring import Check, Figure, Report, percentile
from bench.rows.row import Bench, Row
from bench.running import Api, Process
from deploy.local.ports import choose_port

PHONES, BOARDS, PER_SECOND, SECONDS = 500, 200, 50, 4.0
FIRST_PORT, START_WITHIN_S = 18_180, 30.0
# What is committed in the last moment is waited for.
AFTERWARDS_S = 1.5
_MESSAGE = """
    INSERT INTO outbox (id, station_id, dedupe_key, urgency, channel, person_id, subject_kind, template, variables,
                        next_at, expires_at, request_id, created_at)
    VALUES (%(id)s, %(station)s, %(id)s, 'alert', 'push', %(person)s, 'offer', 'offer', '', now(), now(), 'bench',
            now())
"""
_INCIDENT = "UPDATE incidents SET version = version + 1 WHERE id = %(id)s"
Commit = Callable[[int], bytes]
"""Commits the n-th change; returns the id that the event will name."""


class Streams(Process):
    """The stream process, as `make run` starts it."""

    def __init__(self, environment: Mapping[str, str], folder: Path) -> None:
        self.port = choose_port(FIRST_PORT)
        told = folder / "stream.port"
        command = [sys.executable, "-m", "workers.stream", "--port", str(self.port), "--port-file", str(told)]
        super().__init__("stream", command, environment, folder)
        deadline = time.monotonic() + START_WITHIN_S
        while not told.exists():
            if not self.alive() or time.monotonic() > deadline:
                raise SystemExit("the stream process did not start; its log is in the run's folder")
            time.sleep(0.05)

    def memory_mb(self) -> float:
        """Resident now."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1_024


class Round:
    """One scenario once: delays of every delivery, how many should have come, and how long requests took beside."""

    def __init__(self, listeners: Listeners, api: Api, headers: Mapping[str, str], commit: Commit, told: int) -> None:
        listeners.seen.clear()
        committed: dict[bytes, list[float]] = defaultdict(list)
        with _Asking(api.port, headers, SECONDS) as asking:
            began = time.perf_counter()
            for number in range(round(SECONDS * PER_SECOND)):
                listeners.listen(began + number / PER_SECOND)
                committed[commit(number)].append(time.perf_counter())
            listeners.listen(time.perf_counter() + AFTERWARDS_S)
            self.requests = asking.times()
        self.expected = told * round(SECONDS * PER_SECOND)
        self.delays = [at - max(moment for moment in committed[id_] if moment <= at) for id_, at in listeners.seen]


class _Asking:
    """A caller in a process of its own, one request after the other."""

    def __init__(self, port: int, headers: Mapping[str, str], seconds: float) -> None:
        context = multiprocessing.get_context("fork")
        self._here, there = context.Pipe()
        self._process = context.Process(target=_ask, args=(port, dict(headers), seconds, there))

    def __enter__(self) -> "_Asking":
        self._process.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.join()

    def times(self) -> list[float]:
        """Seconds of each."""
        found: list[float] = self._here.recv()
        return found


def _ask(port: int, headers: dict[str, str], seconds: float, answer: Connection) -> None:
    connection, times = http.client.HTTPConnection("127.0.0.1", port, timeout=30), []
    until = time.perf_counter() + seconds
    while (started := time.perf_counter()) < until:
        connection.request("GET", "/v1/incidents?limit=20", headers=headers)
        response = connection.getresponse()
        response.read()
        if response.status != 200:
            raise SystemExit(f"a request was answered {response.status}")
        times.append(time.perf_counter() - started)
        # Few enough that it is the streams that are measured, and below the limit of one caller.
        time.sleep(max(0.0, 0.1 - times[-1]))
    answer.send(times)


def measure(bench: Bench) -> Report:
    """500 phones told one by one, then 200 boards told of everything, 50 changes a second each; and nobody, beside."""
    desk = staff_desks(bench.app)[0]
    station = desk.actor.station
    phones = _sign_in(bench, station, PHONES, Role.VOLUNTEER)
    boards = _sign_in(bench, station, BOARDS, Role.DISPATCHER)
    filing = Waiting(bench.app, [desk])
    incidents = [filing.report_at(desk) for _ in range(PER_SECOND)]
    conninfo = bench.cluster.conninfo("gridloop_app", bench.database)
    with (
        Api(bench.environment(), bench.folder) as api,
        Streams(bench.environment(), bench.folder) as streams,
        psycopg.connect(conninfo, autocommit=True) as writer,
    ):

        def message(number: int) -> bytes:
            values = {"id": uuid4(), "station": station, "person": phones[number % len(phones)][0]}
            writer.execute(_MESSAGE, values)
            return str(values["id"]).encode()

        def incident(number: int) -> bytes:
            changed = incidents[number % len(incidents)]
            writer.execute(_INCIDENT, {"id": changed})
            return str(changed).encode()

        found: dict[str, list[Round]] = {"phones": [], "boards": [], "nobody": []}
        with Listeners(streams.port, []) as nobody:
            found["nobody"] = [Round(nobody, api, desk.headers, incident, 0) for _ in range(bench.rounds)]
        with Listeners(streams.port, [headers for _, headers in phones]) as listening:
            found["phones"] = [Round(listening, api, desk.headers, message, 1) for _ in range(bench.rounds)]
            held = streams.memory_mb()
        with Listeners(streams.port, [headers for _, headers in boards]) as listening:
            found["boards"] = [Round(listening, api, desk.headers, incident, BOARDS) for _ in range(bench.rounds)]
    return _report(found, held)


def _sign_in(bench: Bench, station: UUID, count: int, role: Role) -> list[tuple[UUID, dict[str, str]]]:
    start = 0 if role is Role.VOLUNTEER else PHONES
    people = [NewPerson("听众", f"+8619911{start + number:06d}", (role,)) for number in range(count)]
    with bench.app.app_context(), unit_of_work(Actor(kind="system", station_id=station)) as ctx:
        ids = list(enroll_people(ctx, people).values())
    with bench.app.app_context(), unit_of_work(Actor(kind="system", station_id=station)) as ctx:
        tokens = [open_session(ctx, person_id=id_, method="password").access_token for id_ in ids]
    return [(id_, {"Authorization": f"Bearer {token}"}) for id_, token in zip(ids, tokens, strict=True)]


def _report(found: Mapping[str, Sequence[Round]], held: float) -> Report:
    labels = {"phones": f"{PHONES} phones, one told at a time", "boards": f"{BOARDS} boards, all told"}
    figures, checks = [Figure(f"memory with {PHONES} streams", "MB", (held,))], []
    alone = _requests(found["nobody"], 0.99)
    figures.append(Figure("requests while nobody listens, p99", "ms", alone))
    for name, label in labels.items():
        rounds = found[name]
        delays = [sorted(each.delays) for each in rounds]
        figures += [
            Figure(f"{label}: commit to client, p50", "ms", tuple(percentile(each, 0.5) * 1_000 for each in delays)),
            Figure(f"{label}: commit to client, p99", "ms", tuple(percentile(each, 0.99) * 1_000 for each in delays)),
            Figure(f"{label}: requests meanwhile, p99", "ms", _requests(rounds, 0.99)),
            Figure(f"{label}: requests meanwhile, p50", "ms", _requests(rounds, 0.5)),
        ]
        lost = sum(each.expected - len(each.delays) for each in rounds)
        worst = max(percentile(each, 0.99) for each in delays)
        checks += [
            Check(f"{label}: p99 of every round < 1 s", f"{worst * 1_000:.0f} ms", worst < 1.0),
            Check(f"{label}: nothing lost, nothing twice", f"{lost} missing", lost == 0),
        ]
    checks.append(Check(f"memory with {PHONES} streams <= 150 MB", f"{held:.0f} MB", held <= 150))
    notes = [
        f"{PER_SECOND} commits a second; every delivery to every client is measured, in one thread of the bench.",
        "Requests: GET /v1/incidents?limit=20 with authentication, ten a second, from a third process.",
    ]
    return Report(figures, checks, notes)


def _requests(rounds: Sequence[Round], quantile: float) -> tuple[float, ...]:
    return tuple(percentile(each.requests, quantile) * 1_000 for each in rounds)


ROW = Row("P18", "event streams: 500 held, and 200 boards", measure)
