"""Visits: the morning run over 100,000 cases and 1,000,000 visits, and a mediator's day list, beside the raw SQL.

Both sides of the morning run do the same to the same rows and are taken back, so that every round finds the same
morning; the commit is on neither side.
"""

import dataclasses
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
from sqlalchemy import text

from api.followups.service import Run, run_clocks
from api.identity.service import open_session
from api.plumbing.context import SYSTEM, Actor, unit_of_work
from bench.bare import record_statements, replay, undone
from bench.measuring import Check, Figure, Report, in_turn, milliseconds
from bench.rows.row import Bench, Row
from bench.world.visits import follow_cases

CASES = 100_000
RUN_HEAD_ROOM = 2.0
ZONE = ZoneInfo("Asia/Shanghai")
WARM_UP = 20


class Morning:
    """The first run of a day on which some visits come due, some fall overdue and some climb."""

    def __init__(self, bench: Bench, at: datetime) -> None:
        self._app, self._at = bench.app, at
        self.moved = self.told = 0

    def run(self) -> None:
        """Everything the morning's job and the ones it orders after it do."""
        self.moved = self.told = 0
        more = True
        while more:
            with unit_of_work(SYSTEM) as ctx:
                report = run_clocks(dataclasses.replace(ctx, now=self._at), Run("morning"))
            self.moved += report.moved
            self.told += report.told
            more = report.more

    def timed(self) -> float:
        """Seconds of one run, taken back."""
        with undone(self._app):
            started = time.perf_counter()
            self.run()
            return time.perf_counter() - started


def measure(bench: Bench) -> Report:
    """Fill, then run and replay in turn; then the day list of the mediator who has most to do."""
    day = datetime.now(ZONE).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    at = (day + timedelta(hours=7, minutes=35)).astimezone(UTC)
    with psycopg.connect(bench.cluster.conninfo("postgres", bench.database), autocommit=True) as owner:
        follow_cases(owner, cases=CASES, morning=at, day=day)
        morning = Morning(bench, at)
        statements = record_statements(bench.app, morning.run)
        with psycopg.connect(bench.cluster.conninfo("gridloop_app", bench.database)) as bare:
            runs: dict[str, list[float]] = {"program": [], "raw": []}
            for _ in range(bench.rounds + 1):
                runs["program"].append(morning.timed())
                owner.execute("VACUUM visits")  # what a round takes back is the next one's dead rows
                runs["raw"].append(replay(bare, statements, keep=False))
                owner.execute("VACUUM visits")
            lists = _measure_lists(bench, bare)
    return _report(morning, {name: times[1:] for name, times in runs.items()}, lists)


def _measure_lists(bench: Bench, bare: psycopg.Connection[Any]) -> dict[str, list[list[float]]]:
    read = _day_list(bench)
    statements = record_statements(bench.app, read)
    acts = {"program": read, "raw": lambda: replay(bare, statements)}
    in_turn(acts, rounds=1, times=WARM_UP)
    return in_turn(acts, rounds=bench.rounds, times=bench.times)


def _day_list(bench: Bench) -> Callable[[], float]:
    with bench.app.app_context(), unit_of_work(SYSTEM) as ctx:
        busiest = "SELECT owner_id, station_id FROM visits WHERE state IN ('planned', 'overdue') GROUP BY 1, 2"
        row = ctx.session.execute(text(f"{busiest} ORDER BY count(*) DESC, 1 LIMIT 1")).one()
    token = _sign_in(bench, row.owner_id, row.station_id)
    client = bench.app.test_client()

    def read() -> float:
        started = time.perf_counter()
        answer = client.get("/v1/visits", headers={"Authorization": f"Bearer {token}"})
        if answer.status_code != 200 or not answer.json["items"]:
            raise SystemExit(f"the day list was answered {answer.status_code}: {answer.data[:200]!r}")
        return time.perf_counter() - started

    return read


def _sign_in(bench: Bench, person_id: UUID, station_id: UUID) -> str:
    actor = Actor(kind="system", station_id=station_id)
    with bench.app.app_context(), unit_of_work(actor) as ctx:
        return open_session(ctx, person_id=person_id, method="code").access_token


def _report(morning: Morning, runs: dict[str, list[float]], lists: dict[str, list[list[float]]]) -> Report:
    ratios = tuple(program / raw for program, raw in zip(runs["program"], runs["raw"], strict=True))
    means = {name: [statistics.fmean(times) for times in rounds] for name, rounds in lists.items()}
    list_ratios = tuple(program / raw for program, raw in zip(means["program"], means["raw"], strict=True))
    figures = [
        Figure("morning run, all batches", "s", tuple(runs["program"])),
        Figure("raw SQL of the morning run", "s", tuple(runs["raw"])),
        Figure("morning run / raw SQL", "ratio", ratios),
        Figure("visits moved per second", "1/s", tuple(morning.moved / seconds for seconds in runs["program"])),
        milliseconds("day list in process, p50", lists["program"], 0.5),
        milliseconds("raw SQL of the day list, p50", lists["raw"], 0.5),
        Figure("day list / raw SQL, means", "ratio", list_ratios),
    ]
    run = statistics.median(ratios)
    checks = [
        Check(f"morning run <= {RUN_HEAD_ROOM:g} x raw SQL", f"{run:.2f} x", run <= RUN_HEAD_ROOM),
    ]
    notes = [
        f"{CASES:,} cases of ten visits; a round moves {morning.moved:,} visits and tells {morning.told:,} people.",
        "Raw SQL: the same statements over bare psycopg. Both are rolled back, so the commit is on neither side.",
    ]
    return Report(figures, checks, notes)


ROW = Row("P10", "100,000 cases, 1,000,000 visits: the morning run, and a mediator's day list", measure)
