"""P7: batches of fifty positions over HTTP, beside the same statements over bare connections."""

import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import orjson
import psycopg

from bench.bare import Statement, record_statements
from bench.crowd import Phone, phones_on_duty
from bench.load import Load, post, rush
from bench.measuring import Check, Figure, Report
from bench.rows.row import Bench, Row
from bench.running import Api

BATCH, BATCHES_OF_A_TIME, CONNECTIONS = 50, 25, 8
LEAST_PER_SECOND, SHARE = 12_000.0, 0.6
_SETTLE = """
    UPDATE duty_live SET on_duty_since = now() - interval '1 day', fix_at = now() - interval '1 day'
    WHERE person_id = ANY(%s)
"""
_ticks = count()


def measure(bench: Bench) -> Report:
    """Rounds of batches, each of another phone, over HTTP and over bare SQL in turn."""
    phones = phones_on_duty(bench, BATCHES_OF_A_TIME * bench.times)
    loads: list[Load] = []
    raw: list[float] = []
    with psycopg.connect(bench.cluster.conninfo("postgres", bench.database), autocommit=True) as owner:
        owner.execute(_SETTLE, [[phone.person_id for phone in phones]])
    recorded = [_record(bench, phone) for phone in phones[:BATCH]]
    with Api(bench.environment(), bench.folder) as api:
        for turn in range(bench.rounds + 1):
            loads.append(rush(api.port, [_send(phone, turn) for phone in phones], connections=CONNECTIONS))
            raw.append(_replay_all(bench, recorded, len(phones)))
    return _report(loads[1:], raw[1:], len(phones))


def _body(turn: int) -> bytes:
    # A step northwards a second: believed, and later than the batch before.
    began = datetime.now(UTC) - timedelta(hours=20) + timedelta(seconds=BATCH * 2 * turn)
    fixes = [
        {
            "lat": 29.7 + step * 1e-6,
            "lon": 107.39,
            "accuracy_m": 12.0,
            "captured_at": (began + timedelta(seconds=step)).isoformat(),
        }
        for step in range(BATCH)
    ]
    return orjson.dumps({"datum": "wgs84", "fixes": fixes})


def _send(phone: Phone, turn: int) -> bytes:
    return post("/v1/positions", phone.headers, _body(turn))


def _record(bench: Bench, phone: Phone) -> list[Statement]:
    client = bench.app.test_client()

    def act() -> None:
        answer = client.post("/v1/positions", data=_body(0), headers=phone.headers, content_type="application/json")
        if answer.status_code != 200:
            raise SystemExit(f"the positions were answered {answer.status_code}: {answer.data[:300]!r}")

    return record_statements(bench.app, act)


def _replay_all(bench: Bench, recorded: list[list[Statement]], batches: int) -> float:
    """Batches a second: each a durable transaction, over as many connections as the load has."""
    conninfo = bench.cluster.conninfo("gridloop_app", bench.database)
    lines = [psycopg.connect(conninfo) for _ in range(CONNECTIONS)]
    work = [[recorded[at % len(recorded)] for at in range(first, batches, CONNECTIONS)] for first in range(CONNECTIONS)]
    started = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(_replay, lines, work))
    seconds = time.perf_counter() - started
    for line in lines:
        line.close()
    return batches / seconds


def _replay(line: psycopg.Connection[Any], batches: list[list[Statement]]) -> None:
    for statements in batches:
        # The same fixes again, received at another moment: the trail's key holds both.
        moved = timedelta(microseconds=next(_ticks) + 1)
        with line.cursor() as cursor:
            for statement, parameters, _ in statements:
                cursor.execute(statement, _later(parameters, moved))
                if cursor.description is not None:
                    cursor.fetchall()
        line.commit()


def _later(parameters: Any, by: timedelta) -> Any:
    if not isinstance(parameters, dict) or "received_at" not in parameters:
        return parameters
    return {**parameters, "received_at": parameters["received_at"] + by}


def _report(loads: list[Load], raw: list[float], phones: int) -> Report:
    ours = tuple(load.per_second * BATCH for load in loads)
    limit = tuple(rate * BATCH for rate in raw)
    shares = tuple(one / other for one, other in zip(ours, limit, strict=True))
    rate, share, failed = statistics.median(ours), statistics.median(shares), sum(load.failed for load in loads)
    figures = [
        Figure("positions over HTTP", "1/s", ours),
        Figure("raw SQL, the same statements", "1/s", limit),
        Figure("positions / raw SQL", "ratio", shares),
        Figure("a batch over HTTP, p99", "ms", tuple(load.p99_ms for load in loads)),
    ]
    checks = [
        Check("batches that failed: 0", str(failed), failed == 0),
        Check(f">= {LEAST_PER_SECOND:,.0f} positions/s", f"{rate:,.0f}/s", rate >= LEAST_PER_SECOND),
        Check(f">= {SHARE:.0%} of raw SQL", f"{share:.0%}", share >= SHARE),
    ]
    notes = [f"Batches of {BATCH} from {phones:,} phones in each round, {CONNECTIONS} connections; one API process."]
    return Report(figures, checks, notes)


ROW = Row("P7", "positions: batches of fifty", measure)
