"""P1: one-click dispatch, POST to committed, beside the raw SQL of the same reads and writes."""

import itertools
import statistics
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

import psycopg

from bench.bare import Statement, record_statements, replay
from bench.clicks import Clicks, dispatch_path
from bench.desk import Desk, Waiting, staff_desks
from bench.measuring import Check, Figure, Report, in_turn, milliseconds, percentile
from bench.rows.row import Bench, Row
from bench.running import Api

ROUTE = "/v1/incidents/<uuid:incident_id>/dispatches"
WARM_UP = 20
HEAD_ROOM = 4.0
P99_MS = 60.0


@dataclass
class Found:
    """Seconds round by round: over HTTP, over bare SQL, and the mean of each round by the server's own clock."""

    http: list[list[float]] = field(default_factory=list)
    raw: list[list[float]] = field(default_factory=list)
    server: list[float] = field(default_factory=list)


def measure(bench: Bench) -> Report:
    """Posts over HTTP to the real server, and the recorded statements over bare psycopg, in turn."""
    waiting = Waiting(bench.app, staff_desks(bench.app))
    count = bench.rounds * bench.times + WARM_UP
    recorded = list(_record(bench, waiting.report(count)))
    with Api(bench.environment(), bench.folder) as api:
        clicks = Clicks(api.client(), waiting.report(count))
        found = _measure_rounds(bench, api, clicks, recorded)
    return _report(found, clicks.asked, recorded)


def _measure_rounds(bench: Bench, api: Api, clicks: Clicks, recorded: list[list[Statement]]) -> Found:
    found, statements = Found(), iter(recorded)
    with psycopg.connect(bench.cluster.conninfo("gridloop_app", bench.database)) as bare:
        acts = {"http": clicks.click, "raw": lambda: replay(bare, next(statements))}
        in_turn(acts, rounds=1, times=WARM_UP)
        for _ in range(bench.rounds):
            seconds, requests = api.seconds_of(ROUTE)
            times = in_turn(acts, rounds=1, times=bench.times)
            after = api.seconds_of(ROUTE)
            found.http += times["http"]
            found.raw += times["raw"]
            found.server.append((after[0] - seconds) / (after[1] - requests))
    return found


def _record(bench: Bench, incidents: list[tuple[Desk, UUID]]) -> Iterator[list[Statement]]:
    client = bench.app.test_client()
    for number, (desk, incident) in enumerate(incidents):
        headers = {**desk.headers, "Idempotency-Key": f"raw-{number}"}

        def act(path: str = dispatch_path(incident), headers: dict[str, str] = headers) -> None:
            answer = client.post(path, json={}, headers=headers)
            if answer.status_code != 201:
                raise SystemExit(f"the dispatch was answered {answer.status_code}: {answer.data[:400]!r}")

        yield record_statements(bench.app, act)


def _report(found: Found, asked: list[int], recorded: list[list[Statement]]) -> Report:
    raw = [statistics.fmean(times) for times in found.raw]
    ratios = tuple(server / limit for server, limit in zip(found.server, raw, strict=True))
    ratio = statistics.median(ratios)
    p99_ms = percentile(list(itertools.chain(*found.http)), 0.99) * 1_000
    figures = [
        milliseconds("POST to 201 over HTTP, p50", found.http, 0.5),
        milliseconds("POST to 201 over HTTP, p99 of a round", found.http, 0.99),
        Figure("server time by its own clock, mean", "ms", tuple(seconds * 1_000 for seconds in found.server)),
        milliseconds("raw SQL, p50", found.raw, 0.5),
        Figure("raw SQL, mean", "ms", tuple(seconds * 1_000 for seconds in raw)),
        Figure("server time / raw SQL, means", "ratio", ratios),
    ]
    checks = [
        Check(f"server time <= {HEAD_ROOM:g} x raw SQL", f"{ratio:.2f} x", ratio <= HEAD_ROOM),
        Check(f"p99 <= {P99_MS:g} ms, idle", f"{p99_ms:.1f} ms", p99_ms <= P99_MS),
    ]
    statements = round(statistics.median(len(each) for each in recorded))
    notes = [
        f"Raw SQL: the same {statements} statements of the same dispatch, one durable transaction each.",
        f"Asked per click: {statistics.fmean(asked):.2f} people on average.",
    ]
    return Report(figures, checks, notes)


ROW = Row("P1", "one-click dispatch, seven asked: POST to committed", measure)
