"""P6: a hundred people say yes in the same moment to three places, again and again."""

from uuid import UUID, uuid4

import psycopg

from bench.crowd import Asked, Crowd, Phone, by_station, phones_on_duty
from bench.load import Load, post, rush
from bench.measuring import Check, Figure, Report, percentile
from bench.rows.row import Bench, Row
from bench.running import Api

PEOPLE, PLACES = 100, 3
P99_MS = 300.0
_FILLED = (
    "SELECT got, (SELECT count(*) FROM offers WHERE need_id = n.id AND state = 'accepted') FROM needs n WHERE id = %s"
)
_FREE = "UPDATE duty_live SET engaged_with = NULL, engaged_since = NULL WHERE engaged_with = %s"


def measure(bench: Bench) -> Report:
    """Rounds of one dispatch each; the phones are the same, and free again for the next."""
    phones = by_station(phones_on_duty(bench, PEOPLE), PEOPLE)[0]
    if len(phones) < PEOPLE:
        raise SystemExit(f"the largest station has {len(phones)} free people on duty; enrol more")
    loads: list[Load] = []
    filled: list[tuple[int, int]] = []
    with (
        psycopg.connect(bench.cluster.conninfo("postgres", bench.database), autocommit=True) as owner,
        Api(bench.environment(), bench.folder) as api,
    ):
        crowd = Crowd(bench, owner)
        for _ in range(bench.rounds * bench.times + 1):
            asked = crowd.open(PLACES, phones)
            loads.append(_race(api, crowd, asked, phones))
            row = owner.execute(_FILLED, [asked.need_id]).fetchone()
            filled.append(row or (0, 0))
            owner.execute(_FREE, [asked.incident_id])
    return _report(bench, loads[1:], filled)


def _race(api: Api, crowd: Crowd, asked: Asked, phones: list[Phone]) -> Load:
    ids: list[UUID] = [uuid4() for _ in phones]
    crowd.ask(asked, phones, ids)
    requests = [post(f"/v1/offers/{id_}/accept", who.headers) for id_, who in zip(ids, phones, strict=True)]
    return rush(api.port, requests, connections=len(requests))


def _report(bench: Bench, loads: list[Load], filled: list[tuple[int, int]]) -> Report:
    rounds = [loads[start : start + bench.times] for start in range(0, len(loads), bench.times)]
    over = sum(got > PLACES or accepted > PLACES for got, accepted in filled)
    under = sum(accepted < PLACES for _, accepted in filled)
    failed = sum(load.failed for load in loads)
    p99_ms = percentile([load.p99_ms for load in loads], 0.5)
    figures = [
        Figure("slowest but one of a hundred answers, median race", "ms",
               tuple(percentile([load.p99_ms for load in each], 0.5) for each in rounds)),
        Figure("the same, worst race", "ms", tuple(max(load.p99_ms for load in each) for each in rounds)),
        Figure("middle answer of a race", "ms",
               tuple(percentile([load.p50_ms for load in each], 0.5) for each in rounds)),
    ]  # fmt: skip
    checks = [
        Check("over-filled: 0", str(over), over == 0),
        Check("left unfilled though a hundred said yes: 0", str(under), under == 0),
        Check("answers that failed: 0", str(failed), failed == 0),
        Check(f"p99 <= {P99_MS:g} ms", f"{p99_ms:.0f} ms", p99_ms <= P99_MS),
    ]
    notes = [f"{len(loads)} races of {PEOPLE} phones for {PLACES} places, every request in the same moment."]
    return Report(figures, checks, notes)


ROW = Row("P6", "a hundred yeses at once for three places", measure)
