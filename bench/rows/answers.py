"""P5: a crowd of phones accepts, declines and acknowledges, beside a bare route doing two statements for each."""

import itertools
import statistics
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID, uuid4

import orjson
import psycopg

from bench.crowd import Crowd, Phone, by_station, phones_on_duty
from bench.load import Load, post, rush
from bench.measuring import Check, Figure, Report
from bench.rows.row import Bench, Row
from bench.running import Api, BareApi

PHONES_OF_A_TIME, OF_ONE_DISPATCH, CONNECTIONS = 50, 100, 16
P99_MS, SHARE = 500.0, 0.8
_FREE = "UPDATE duty_live SET engaged_with = NULL, engaged_since = NULL WHERE person_id = ANY(%s)"


class BareAnswers(BareApi):
    """The two statements, served the same way."""

    name, target = "bare-answers", "bench.bare_answers:app"


def measure(bench: Bench) -> Report:
    """Rounds of two crowds, one answering the program and one the bare route, in turn."""
    phones = phones_on_duty(bench, PHONES_OF_A_TIME * bench.times)
    more = {"BENCH_CONNINFO": bench.cluster.conninfo("gridloop_app", bench.database)}
    found: dict[str, list[Load]] = {"program": [], "bare": []}
    with (
        psycopg.connect(bench.cluster.conninfo("postgres", bench.database), autocommit=True) as owner,
        Api(bench.environment(), bench.folder) as api,
        BareAnswers(bench.environment(**more), bench.folder) as bare,
    ):
        crowd = Crowd(bench, owner)
        for _ in range(bench.rounds + 1):
            for name, port, make in (("program", api.port, _answers), ("bare", bare.port, _bare_answers)):
                found[name].append(rush(port, make(crowd, phones), connections=CONNECTIONS))
                owner.execute(_FREE, [[phone.person_id for phone in phones]])
    return _report({name: loads[1:] for name, loads in found.items()}, len(phones))


Make = Callable[[Crowd, list[Phone]], list[bytes]]


def _answers(crowd: Crowd, phones: list[Phone]) -> list[bytes]:
    requests = []
    for group in by_station(phones, OF_ONE_DISPATCH):
        asked, ids = crowd.open(OF_ONE_DISPATCH, group), [uuid4() for _ in group]
        crowd.ask(asked, group, ids)
        crowd.tell(asked, group, ids)
        requests += [_request(number, id_, who) for number, (id_, who) in enumerate(zip(ids, group, strict=True))]
    return requests


def _request(number: int, id_: UUID, who: Phone) -> bytes:
    if number % 3 == 0:
        return post(f"/v1/offers/{id_}/accept", who.headers)
    if number % 3 == 1:
        return post(f"/v1/offers/{id_}/decline", who.headers, b'{"reason":"busy"}')
    read = {"kind": "read", "occurred_at": datetime.now(UTC)}
    return post(f"/v1/messages/{id_}/acknowledgements", who.headers, orjson.dumps(read))


def _bare_answers(crowd: Crowd, phones: list[Phone]) -> list[bytes]:
    requests = []
    for group in by_station(phones, OF_ONE_DISPATCH):
        asked, ids = crowd.open(OF_ONE_DISPATCH, group), [uuid4() for _ in group]
        crowd.ask(asked, group, ids)
        requests += [post(f"/{id_}", {}) for id_ in ids]
    return requests


def _report(found: dict[str, list[Load]], phones: int) -> Report:
    rates = {name: tuple(load.per_second for load in loads) for name, loads in found.items()}
    shares = tuple(ours / limit for ours, limit in zip(rates["program"], rates["bare"], strict=True))
    p99 = tuple(load.p99_ms for load in found["program"])
    failed = sum(load.failed for load in itertools.chain(*found.values()))
    share = statistics.median(shares)
    figures = [
        Figure("answers over HTTP", "1/s", rates["program"]),
        Figure("bare route, two statements each", "1/s", rates["bare"]),
        Figure("answers / bare route", "ratio", shares),
        Figure("answers, p99", "ms", p99),
    ]
    checks = [
        Check("answers that failed: 0", str(failed), failed == 0),
        Check(f"p99 <= {P99_MS:g} ms", f"{statistics.median(p99):.0f} ms", statistics.median(p99) <= P99_MS),
        Check(f"answers >= {SHARE:.0%} of the bare route", f"{share:.0%}", share >= SHARE),
    ]
    notes = [
        f"{phones:,} phones: a third accepts, a third declines, a third has read; {CONNECTIONS} connections at a time.",
        "One server process each side; the load in a third.",
    ]
    return Report(figures, checks, notes)


ROW = Row("P5", "answers of a crowd: accept, decline, acknowledge", measure)
