"""P4: a notice from the decision to its last message in the outbox, beside the raw INSERT ... SELECT."""

import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import text

from api.notices.service import decide_notice, expand_notice, submit_notice, write_notice
from api.notices.types import Category, Decision, Draft, Severity, Target, Words
from api.plumbing.context import SYSTEM, Actor, Ctx, unit_of_work
from api.plumbing.crypto import keyring
from bench.measuring import Check, Figure, Report, in_turn, milliseconds
from bench.rows.row import Bench, Row

HEAD_ROOM = 1.5
DECISION_MS = 50.0
_numbers = itertools.count(1)

_PEOPLE = """
    INSERT INTO notice_recipients (notice_id, person_id, grid_id)
    SELECT %(notice)s, p.id, m.grid_id FROM people p LEFT JOIN members m ON m.person_id = p.id AND m.status = 'active'
    WHERE p.station_id = %(station)s AND p.status = 'active'
      AND (CAST(%(grids)s AS uuid[]) IS NULL OR m.grid_id = ANY(%(grids)s))
"""
_MESSAGES = """
    INSERT INTO outbox (id, station_id, dedupe_key, urgency, channel, person_id, device_id, subject_kind, subject_id,
        template, step, variables, next_at, expires_at, request_id, created_at)
    SELECT uuid7_at(now()), %(station)s,
        concat('notice:', %(notice)s::text, ':', p.id, ':', CASE WHEN d.id IS NULL THEN 'sms' ELSE 'push' END,
            ':notice:', d.id),
        'normal', CASE WHEN d.id IS NULL THEN 'sms' ELSE 'push' END, p.id, d.id, 'notice', %(notice)s,
        'notice_flood', 'notice', %(sealed)s, now(), now() + interval '6 hours', 'bench', now()
    FROM notice_recipients r JOIN people p ON p.id = r.person_id
    LEFT JOIN devices d ON d.person_id = r.person_id AND d.state = 'active'
    WHERE r.notice_id = %(notice)s AND (d.id IS NOT NULL OR p.phone_kind = 'mobile')
"""
_LARGEST = "SELECT station_id, count(*) FROM people GROUP BY station_id ORDER BY count(*) DESC LIMIT 1"
_GRIDS = """
    SELECT grid_id, count(*) AS people FROM members WHERE station_id = :station AND status = 'active'
    GROUP BY grid_id ORDER BY grid_id
"""


@dataclass(frozen=True)
class Place:
    """Whom the notices of one size are for."""

    station_id: UUID
    grids: tuple[UUID, ...] | None
    people: int

    @property
    def target(self) -> Target:
        """The same, as the desk would say it."""
        return Target(whole_station=self.grids is None, unit_ids=self.grids or ())


class Desk:
    """Two people of the station: one writes, the other one agrees; and the sender of slices."""

    def __init__(self, bench: Bench, place: Place) -> None:
        self._app = bench.app
        self._place = place
        self.decisions: list[float] = []
        with self._app.app_context(), unit_of_work(SYSTEM) as ctx:
            ids = ctx.session.scalars(
                text("SELECT id FROM people WHERE station_id = :station LIMIT 2"), {"station": place.station_id}
            )
            self._actors = [Actor("person", person_id=id_, station_id=place.station_id) for id_ in ids]

    def send(self) -> float:
        """The seconds from the second person's word to the last message committed, slice after slice."""
        writer, approver = self._actors
        notice_id = self._as(writer, self._submit)
        started = time.perf_counter()
        self._as(approver, lambda ctx: decide_notice(ctx, notice_id=notice_id, decision=Decision.APPROVE))
        self.decisions.append(time.perf_counter() - started)
        while self._as(SYSTEM, lambda ctx: expand_notice(ctx, notice_id)):
            pass
        return time.perf_counter() - started

    def _submit(self, ctx: Ctx) -> UUID:
        draft = Draft(
            Category.FLOOD, Severity.YELLOW, Words("通知", "测试"), self._place.target, ctx.now + timedelta(hours=6)
        )
        notice = write_notice(ctx, draft=draft)
        return submit_notice(ctx, notice_id=notice.id, version=notice.version).id

    def _as(self, actor: Actor, work: Any) -> Any:
        with self._app.app_context(), unit_of_work(actor) as ctx:
            return work(ctx)


class Raw:
    """The two statements alone, in one durable transaction."""

    def __init__(self, connection: psycopg.Connection[Any], place: Place) -> None:
        self._connection = connection
        self._place = place
        self.written = 0

    def send(self) -> float:
        """The seconds to select and write the same people and messages."""
        facts = {
            "notice": UUID(int=next(_numbers)),
            "station": self._place.station_id,
            "grids": list(self._place.grids) if self._place.grids else None,
            "sealed": keyring.seal(b"{}", "outbox.variables"),
        }
        started = time.perf_counter()
        self._connection.execute(_PEOPLE, facts)
        self.written = self._connection.execute(_MESSAGES, facts).rowcount
        self._connection.commit()
        return time.perf_counter() - started


def measure(bench: Bench) -> Report:
    """Both in turn, for a part of the largest station and for all of it."""
    parts = []
    for place in _places(bench):
        with psycopg.connect(bench.cluster.conninfo("gridloop_app", bench.database)) as connection:
            desk, raw = Desk(bench, place), Raw(connection, place)
            found = in_turn({"ours": desk.send, "raw": raw.send}, rounds=bench.rounds, times=1)
        parts.append(_report(place, found, desk.decisions, raw.written))
    return Report(*(list(itertools.chain(*part)) for part in zip(*parts, strict=True)))


def _places(bench: Bench) -> Sequence[Place]:
    with bench.app.app_context(), unit_of_work(SYSTEM) as ctx:
        station_id, people = ctx.session.execute(text(_LARGEST)).one()
        grids, reached = [], 0
        for row in ctx.session.execute(text(_GRIDS), {"station": station_id}):
            if row.grid_id and reached < 10_000:
                grids.append(row.grid_id)
                reached += row.people
    return Place(station_id, tuple(grids), reached), Place(station_id, None, people)


def _report(
    place: Place, found: dict[str, list[list[float]]], decisions: list[float], written: int
) -> tuple[list[Figure], list[Check], list[str]]:
    ratios = tuple(ours[0] / raw[0] for ours, raw in zip(found["ours"], found["raw"], strict=True))
    figure = Figure(f"{place.people:,} people: ours / raw", "ratio", ratios)
    decided = replace(milliseconds(f"{place.people:,} people: the decision, answered", [decisions], 0.99), unit="ms")
    figures = [
        milliseconds(f"{place.people:,} people: decision to last message committed", found["ours"], 0.5),
        milliseconds(f"{place.people:,} people: raw INSERT ... SELECT", found["raw"], 0.5),
        figure,
        decided,
    ]
    checks = [
        Check(f"{place.people:,}: <= {HEAD_ROOM:g} x raw", f"{figure.median:.2f} x", figure.median <= HEAD_ROOM),
        Check(
            f"{place.people:,}: decision answered <= {DECISION_MS:g} ms", f"{decided.median:.1f} ms",
            decided.median <= DECISION_MS,
        ),
    ]  # fmt: skip
    return figures, checks, [f"{place.people:,} people: {written:,} messages a round, on both sides."]


ROW = Row("P4", "a notice, from the decision to its last message in the outbox", measure)
