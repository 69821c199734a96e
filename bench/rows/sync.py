"""P8: a sync pull of nothing and of 50 changed rows, beside a bare Flask route that returns the same bytes."""

import json
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote
from uuid import UUID

import psycopg
from sqlalchemy import text

from api.http.paging import write_cursor
from api.identity.service import open_session
from api.plumbing.changes import here_and_now
from api.plumbing.context import SYSTEM, Actor, unit_of_work
from api.sync.service.tokens import write_token
from bench.load import Load, press_each
from bench.measuring import Check, Figure, Report
from bench.rows.row import Bench, Row
from bench.running import Api, BareApi
from bench.world.visits import follow_cases

CASES, CALLERS, CHANGED = 50_000, 200, 50
CONNECTIONS, SECONDS = 8, 3.0
TARGETS = {"nothing": 0.6, "rows": 0.4}
_CALLERS = text("""
    SELECT owner_id, station_id FROM visits WHERE state IN ('planned', 'due', 'overdue')
    GROUP BY 1, 2 HAVING count(*) >= :each ORDER BY 1 LIMIT :count
""")
_CHANGE = text("""
    UPDATE visits SET level = level WHERE id IN (
        SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY owner_id ORDER BY id) AS n FROM visits
                        WHERE owner_id = ANY(:owners) AND state IN ('planned', 'due', 'overdue')) AS v WHERE n <= :each)
""")


@dataclass(frozen=True)
class Caller:
    """A mediator's phone: its headers, and the cursors before and after the changes."""

    headers: dict[str, str]
    before: str
    after: str


def measure(bench: Bench) -> Report:
    """Load on the API and on the bare route, in turn, with the same connections."""
    callers = _make_callers(bench)
    cursors = {"nothing": [each.after for each in callers], "rows": [each.before for each in callers]}
    asked = {
        name: [_ask(who, cursor) for who, cursor in zip(callers, each, strict=True)] for name, each in cursors.items()
    }
    loads: dict[tuple[str, str], list[Load]] = {}
    with Api(bench.environment(), bench.folder) as api:
        sizes = _keep_bodies(bench, api, {name: each[0] for name, each in asked.items()})
        with BareApi(bench.environment(BENCH_BODIES=str(bench.folder)), bench.folder) as bare:
            for _ in range(bench.rounds + 1):
                for name, each in asked.items():
                    loads.setdefault((name, "sync"), []).append(_press(api.port, each))
                    loads.setdefault((name, "bare"), []).append(_press(bare.port, [(f"/{name}", {})]))
    return _report({key: found[1:] for key, found in loads.items()}, sizes)


def _make_callers(bench: Bench) -> list[Caller]:
    with psycopg.connect(bench.cluster.conninfo("postgres", bench.database), autocommit=True) as owner:
        now = datetime.now(UTC)
        follow_cases(owner, cases=CASES, morning=now, day=now.replace(hour=0, minute=0, second=0, microsecond=0))
    with bench.app.app_context(), unit_of_work(SYSTEM) as ctx:
        people = [
            (row.owner_id, row.station_id) for row in ctx.session.execute(_CALLERS, {"count": CALLERS, "each": CHANGED})
        ]
    before = _tokens(bench, people)
    with bench.app.app_context(), unit_of_work(SYSTEM) as ctx:
        ctx.session.execute(_CHANGE, {"owners": [person for person, _ in people], "each": CHANGED})
    after = _tokens(bench, people)
    headers = [{"Authorization": f"Bearer {_sign_in(bench, *who)}"} for who in people]
    return [Caller(*each) for each in zip(headers, before, after, strict=True)]


def _tokens(bench: Bench, people: Sequence[tuple[UUID, UUID]]) -> list[str]:
    with bench.app.app_context(), unit_of_work(SYSTEM) as ctx:
        values = write_token(here_and_now(ctx.session), None)
        return [write_cursor(values, f"sync {person}") for person, _ in people]


def _sign_in(bench: Bench, person_id: UUID, station_id: UUID) -> str:
    with bench.app.app_context(), unit_of_work(Actor(kind="system", station_id=station_id)) as ctx:
        return open_session(ctx, person_id=person_id, method="code").access_token


def _ask(who: Caller, cursor: str) -> tuple[str, dict[str, str]]:
    return f"/v1/sync?cursor={quote(cursor)}", who.headers


def _keep_bodies(bench: Bench, api: Api, asked: dict[str, tuple[str, dict[str, str]]]) -> dict[str, int]:
    sizes = {}
    for name, (path, headers) in asked.items():
        status, body = api.client().send("GET", path, headers=headers)
        page = json.loads(body)
        found = len(page["upserts"].get("visits", []))
        if status != 200 or found != (CHANGED if name == "rows" else 0):
            raise SystemExit(f"the pull was answered {status} with {found} rows: {body[:200]!r}")
        (bench.folder / f"{name}.json").write_bytes(body)
        sizes[name] = len(body)
    return sizes


def _press(port: int, asked: Sequence[tuple[str, dict[str, str]]]) -> Load:
    load = press_each(port, asked, connections=CONNECTIONS, seconds=SECONDS)
    if load.failed:
        raise SystemExit(f"{load.failed} of {load.answers} requests failed")
    return load


def _report(loads: dict[tuple[str, str], list[Load]], sizes: dict[str, int]) -> Report:
    figures, checks = [], []
    labels = {"nothing": "a pull of nothing", "rows": f"a pull of {CHANGED} changed visits"}
    for name, label in labels.items():
        rates = {side: [load.per_second for load in loads[name, side]] for side in ("sync", "bare")}
        shares = tuple(ours / limit for ours, limit in zip(rates["sync"], rates["bare"], strict=True))
        share = statistics.median(shares)
        figures += [
            Figure(f"{label}", "1/s", tuple(rates["sync"])),
            Figure(f"bare route, the same {sizes[name]:,} bytes", "1/s", tuple(rates["bare"])),
            Figure(f"{label} / bare route", "ratio", shares),
            Figure(f"{label}, p99", "ms", tuple(load.p99_ms for load in loads[name, "sync"])),
        ]
        checks.append(Check(f"{label} >= {TARGETS[name]:.0%} of bare", f"{share:.0%}", share >= TARGETS[name]))
    notes = [f"{CONNECTIONS} connections, {CALLERS} phones in turn; one process each side, the load in a third."]
    return Report(figures, checks, notes)


ROW = Row("P8", "sync pull: nothing, and 50 changed rows", measure)
