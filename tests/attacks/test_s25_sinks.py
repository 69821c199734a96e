"""S25: one day at a station with names, numbers, tokens and places nobody else has; then every sink is looked through.

Sinks: log lines at the most talkative level (of the API, the pusher and jobs, with failures of the database and of
providers among them), metrics, everything in Redis, the description of every job, every error's body and headers, and
what lies readable in tables.
"""

import io
import json
import sys
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import psycopg
import pytest
from prometheus_client import generate_latest
from redis import Redis
from rq.job import Job
from rq.serializers import JSONSerializer

from api.app import create_app
from api.identity.types import Role
from api.plumbing.db import db
from api.plumbing.logs import configure_logs
from api.plumbing.outbox import OutboxMessage
from tests.attacks.crowd import some_address
from tests.attacks.ledger import count
from tests.builders.disputes import invented_card
from tests.builders.grids import make_station
from tests.builders.identity import FACTOR, PASSWORD, bearer, enroll_staff, open_session
from tests.faults.running import own_redis
from tests.pusher.conftest import (  # noqa: F401  fixtures
    Station,
    aliyun,
    aliyun_process,
    fcm,
    fcm_process,
    register_texts,
    sending_settings,
    texting,
    twilio,
    twilio_process,
    wait_until,
)
from tests.sandboxes import make_token
from workers.relay import Relay
from workers.runtime import run_in_context

LAT, LON = 31.403127, 107.809731
PLACE = {"lat": LAT, "lon": LON, "datum": "wgs84"}
CARD = invented_card()
NAME = "慕容听雪"
SEEDS = {
    "a volunteer's name": NAME,
    "a requester's name": "公孙无忌",
    "a party's name": "尉迟恭谦",
    "the other party's name": "夏侯明月",
    "a volunteer's number": "19912340001",
    "a requester's number": "19912340002",
    "a party's number": "19912340003",
    "an identity card": CARD,
    "an address": "望江楼巷七号",
    "what happened": "厨房起火有老人被困",
    "what was said": "隔壁邻居半夜吵闹三回",
    "a push token": make_token("the phone of S25"),
    "a latitude": f"{LAT:.6f}",
    "a longitude": f"{LON:.6f}",
    "a password": PASSWORD,
    "a second factor": FACTOR,
    "a label of a phone": "慕容家的红米",
}
NUMBER, REQUESTER = (f"+86{SEEDS[name]}" for name in ("a volunteer's number", "a requester's number"))
# Readable in tables on purpose: positions must be searched in, and are dropped after a month.
IN_TABLES = {"a latitude", "a longitude"}


class Day:
    """The station, its people, and what came back on the way."""

    def __init__(self, station: Station, logs: io.StringIO, redis: Redis) -> None:
        self.station, self.logs, self.redis = station, logs, redis
        self.client = station.app.test_client()
        self.client.environ_base["REMOTE_ADDR"] = some_address()
        self.refused: list[str] = []
        self.tokens: dict[str, str] = {}
        self._keys = 0

    def ask(
        self, method: str, path: str, who: dict[str, str] | None = None, *, expect: range = range(200, 300), **how: Any
    ):
        """One request; what is not a success is kept, body and headers, as a sink."""
        self._keys += 1
        headers = {"Idempotency-Key": f"s25-{self._keys}", "If-Match": '"1"', **(who or {})}
        answer = self.client.open(path, method=method, headers=headers, **how)
        assert answer.status_code in expect, (method, path, answer.status_code, answer.json)
        if answer.status_code >= 400:
            self.refused.append(answer.get_data(as_text=True) + str(answer.headers))
        return answer

    def hand_over(self) -> list[str]:
        """Give what is due to Redis and run it; returns the descriptions of the jobs."""
        with self.station.app.app_context():
            relay = Relay(self.station.app)
            relay.run_once()
            told = []
            for key in self.redis.scan_iter("rq:job:*"):
                job = Job.fetch(key.decode().rsplit(":", 1)[1], connection=self.redis, serializer=JSONSerializer)
                told.append(f"{job.get_call_string()} {job.description} {job.meta} {job.args} {job.kwargs}")
                run_in_context(UUID(job.id))
        return told


@pytest.fixture
def day(texting: Station, aliyun) -> Iterator[Day]:  # noqa: F811  the fixtures above
    logs, before = io.StringIO(), sys.stderr
    with own_redis() as redis:
        sys.stderr = logs
        try:
            settings = texting.settings.model_copy(update={"redis_url": redis.url, "log_level": "DEBUG"})
            station = Station(create_app(settings))
        finally:
            sys.stderr = before
        try:
            yield Day(station, logs, Redis.from_url(redis.url))
        finally:
            with station.app.app_context():
                db.engine.dispose()
            configure_logs("ERROR")


def live(day: Day, cluster) -> list[str]:
    """Enrol, sign in, be asked, go, report, quarrel; with mistakes, refusals and broken servers on the way."""

    def people(ctx) -> tuple[dict[str, str], UUID]:
        place = make_station(ctx)
        chief = enroll_staff(ctx, station_id=place, username="s25.chief", roles=list(Role))
        return bearer(open_session(ctx, chief)), place

    chief, _ = day.station.do(people)
    day.tokens["an access token"] = chief["Authorization"].split(".")[2]
    phone = NUMBER
    day.ask("POST", "/v1/members", chief, json={"name": NAME, "phone": phone, "force": "volunteer", "status": "active"})
    own = sign_in(day, phone)
    day.ask("POST", "/v1/devices", own, json={
        "install_id": "install-of-s25", "provider": "fcm", "token": SEEDS["a push token"], "platform": "android",
    })  # fmt: skip
    day.ask("POST", "/v1/duty/on", own, json={})
    now = day.station.rows("SELECT now() AS now")[0].now.isoformat()
    fix = {"lat": LAT, "lon": LON, "accuracy_m": 5, "captured_at": now}
    day.ask("POST", "/v1/positions", own, json={"datum": "wgs84", "fixes": [fix]})
    told = incident(day, chief, own)
    quarrel(day, chief)
    mistakes(day, chief, own)
    break_things(day, cluster, chief, own)
    return told + day.hand_over()


def sign_in(day: Day, phone: str) -> dict[str, str]:
    day.ask("POST", "/v1/sign-in/code", json={"phone": phone})
    day.ask("POST", "/v1/sign-in/code/verify", json={"phone": phone, "code": "000000"}, expect=range(401, 402))

    def code(ctx) -> str:
        return ctx.session.query(OutboxMessage).filter_by(template="sign_in_code").one().variables["code"]

    proof = {"phone": phone, "code": day.station.do(code), "device_label": SEEDS["a label of a phone"]}
    tokens = day.ask("POST", "/v1/sign-in/code/verify", json=proof).json
    fresh = day.ask("POST", "/v1/sign-in/refresh", json={"refresh_token": tokens["refresh_token"]}).json
    day.tokens |= {"a refresh token": tokens["refresh_token"], "the next one": fresh["refresh_token"]}
    return {"Authorization": f"Bearer {fresh['access_token']}"}


def incident(day: Day, chief: dict[str, str], own: dict[str, str]) -> list[str]:
    body = {
        "kind": "other", "category": "urgent_help", "colour": "yellow", "source": "call", "place": PLACE,
        "description": SEEDS["what happened"], "address": SEEDS["an address"], "duplicate_checked": True,
        "requester": {"name": SEEDS["a requester's name"], "phone": REQUESTER},
    }  # fmt: skip
    made = day.ask("POST", "/v1/incidents", chief, json=body).json["id"]
    day.ask("POST", f"/v1/incidents/{made}/dispatches", chief, json={"needs": [{"wanted": 1}]})
    with day.station.pusher():
        wait_until(lambda: day.station.rows("SELECT 1 FROM outbox WHERE state = 'sent' AND template = 'offer'") != [])
    told = day.hand_over()
    [offer] = day.ask("GET", "/v1/offers", own).json["items"]
    for step in ("accept", "depart", "arrive", "finish"):
        day.ask("POST", f"/v1/offers/{offer['id']}/{step}", own, json={"position": PLACE} if step == "arrive" else {})
    report = {"outcome": "resolved", "text": SEEDS["what happened"]}
    day.ask("POST", f"/v1/offers/{offer['id']}/feedback", own, json=report)
    day.ask("GET", f"/v1/incidents/{made}", chief)
    return told + day.hand_over()


def quarrel(day: Day, chief: dict[str, str]) -> None:
    husband = {
        "name": SEEDS["a party's name"], "phone": SEEDS["a party's number"], "role": "applicant", "document": "111",
        "document_number": CARD, "address": SEEDS["an address"],
    }  # fmt: skip
    parties = [husband, {"name": SEEDS["the other party's name"], "role": "respondent"}]
    body = {"category": "0203", "summary": SEEDS["what was said"], "parties": parties, "address": SEEDS["an address"]}
    made = day.ask("POST", "/v1/disputes", chief, json=body).json["id"]
    day.ask("GET", f"/v1/disputes/{made}/parties", chief)
    day.ask("POST", "/v1/disputes/search", chief, json={"phone": SEEDS["a party's number"]}, expect=range(200, 405))


def mistakes(day: Day, chief: dict[str, str], own: dict[str, str]) -> None:
    """Refusals of every kind, each of a body that holds something: none may say it back."""
    number, name = NUMBER, NAME
    bad = range(400, 500)
    member = {"name": name, "phone": number, "force": "volunteer"}
    day.ask("POST", "/v1/members", chief, json=member, expect=bad)  # there already
    day.ask("POST", "/v1/members", chief, json={**member, "phone": f"{number}99"}, expect=bad)
    day.ask("POST", "/v1/members", chief, json={**member, "force": name}, expect=bad)
    day.ask("POST", "/v1/members", chief, json=[number], expect=bad)
    day.ask(
        "POST",
        "/v1/members",
        chief,
        data=f'{{"name": "{name}", "phone": {number}',
        content_type="application/json",
        expect=bad,
    )
    day.ask("POST", "/v1/members", own, json=member, expect=bad)
    day.ask(
        "POST",
        "/v1/sign-in/password",
        json={"username": "s25.chief", "password": f"{PASSWORD}x", "totp": "123456"},
        expect=bad,
    )
    day.ask("POST", "/v1/sign-in/refresh", json={"refresh_token": day.tokens["a refresh token"]}, expect=bad)
    day.ask(
        "POST", "/v1/positions", own, json={"datum": "wgs84", "fixes": [{"lat": 200 + LAT, "lon": LON}]}, expect=bad
    )
    day.ask("GET", f"/v1/incidents/nearby?lat={LAT}&lon={LON}&datum={name}&kind=other", chief, expect=bad)
    day.ask("GET", f"/v1/people?role={name}", chief, expect=bad)
    day.ask("GET", f"/v1/{name}/{number}", chief, expect=bad)


def break_things(day: Day, cluster, chief: dict[str, str], own: dict[str, str]) -> None:
    """The database refuses in the middle of a request and of a job: what it says of it quotes what it was given."""
    name = day.station.settings.database_url.split("@/")[1].split("?")[0]
    with psycopg.connect(cluster.conninfo("gridloop_owner", name), autocommit=True) as owner:
        for table, body, path in (
            ("incidents", {
                "kind": "other", "category": "urgent_help", "colour": "red", "source": "call", "place": PLACE,
                "description": SEEDS["what happened"], "duplicate_checked": True, "needs": [{"wanted": 1}],
            }, "/v1/incidents"),
            ("people", {"name": NAME, "phone": "+8619912340009", "force": "volunteer"}, "/v1/members"),
        ):  # fmt: skip
            owner.execute(f"REVOKE INSERT ON {table} FROM gridloop_app")
            day.ask("POST", path, chief, json=body, expect=range(500, 501))
            owner.execute(f"GRANT INSERT ON {table} TO gridloop_app")
        looked_for_again(day, chief)
        owner.execute("REVOKE SELECT ON duty_live FROM gridloop_app")
        day.station.rows(
            "UPDATE timers SET due_at = now() - interval '1 s', hinted_at = NULL WHERE state = 'waiting' RETURNING 1"
        )
        day.redis.flushall()
        day.hand_over()
        owner.execute("GRANT SELECT ON duty_live TO gridloop_app")


def looked_for_again(day: Day, chief: dict[str, str]) -> None:
    """A second call for help which nobody is left for: a job looks around its place again."""
    body = {
        "kind": "other", "category": "urgent_help", "colour": "red", "source": "call", "place": PLACE,
        "description": SEEDS["what happened"], "duplicate_checked": True,
    }  # fmt: skip
    made = day.ask("POST", "/v1/incidents", chief, json=body).json["id"]
    day.ask("POST", f"/v1/incidents/{made}/dispatches", chief, json={"needs": [{"wanted": 3}]})


def found(seeds: dict[str, str], sink: str) -> list[str]:
    return [name for name, seed in seeds.items() if seed in sink]


def in_redis(redis: Redis) -> str:
    """Every key and value, as text."""
    readers: dict[bytes, Callable[[bytes], Any]] = {
        b"string": redis.get, b"hash": redis.hgetall, b"set": redis.smembers,
        b"list": lambda key: redis.lrange(key, 0, -1), b"zset": lambda key: redis.zrange(key, 0, -1, withscores=True),
        b"stream": redis.xrange,
    }  # fmt: skip
    return " ".join(f"{key!r} {readers[redis.type(key)](key)!r}" for key in redis.scan_iter("*"))


def tables(station: Station) -> dict[str, str]:
    names = station.rows(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('spatial_ref_sys', 'units')"
    )
    return {
        row.tablename: " ".join(str(found[0]) for found in station.rows(f'SELECT t::text FROM "{row.tablename}" t'))
        for row in names
    }


def test_nobody_s_data_is_in_any_sink(day: Day, cluster) -> None:
    told = live(day, cluster)
    seeds = SEEDS | day.tokens
    # A text in bytes or escaped is the same text.
    spelt = {f"{name} ({how})": word for name, seed in seeds.items() for how, word in spellings(seed).items()}
    logs = day.logs.getvalue()
    sinks = {
        "logs": logs, "metrics": generate_latest().decode(), "jobs": " ".join(told), "redis": in_redis(day.redis),
        "errors": " ".join(day.refused),
    }  # fmt: skip
    hits = {name: found(spelt, sink) for name, sink in sinks.items()}
    hidden = {name: seed for name, seed in seeds.items() if name not in IN_TABLES}
    readable = {name: found(hidden, text) for name, text in tables(day.station).items()}
    lines = [json.loads(line) for line in logs.splitlines() if line.startswith("{")]
    cells, shown = (
        len(spelt) * len(sinks) + len(hidden) * len(readable),
        sum(map(len, (*hits.values(), *readable.values()))),
    )
    count(
        "S25", "seeds looked for in sinks and tables", cells, cells - shown,
        log_lines=len(lines), failures=sum("exception" in one for one in lines), jobs=len(told),
        refusals=len(day.refused), hits=shown,
    )  # fmt: skip
    assert {name: words for name, words in hits.items() if words} == {}
    assert {name: words for name, words in readable.items() if words} == {}
    # Silence would prove nothing: something was logged of each kind, handed over, refused and broken.
    assert {"request", "job_failed", "unexpected"} <= {line["event"] for line in lines}
    assert told
    assert len(day.refused) > 12


def spellings(seed: str) -> dict[str, str]:
    return {
        "plain": seed, "escaped": json.dumps(seed)[1:-1], "bytes": repr(seed.encode())[2:-1],
        "hex": seed.encode().hex(),
    }  # fmt: skip
