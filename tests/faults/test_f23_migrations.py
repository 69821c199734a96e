"""F23: every migration goes up and down while the release before it goes on writing; nothing accepted is lost."""

import json
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from uuid import uuid4

import psycopg
import pytest

from tests.faults.conftest import LONG
from tests.faults.migrating import Catalogue, Column, Migrating, find_narrowing, migrating_database

WRITERS, PER_S = (8, 50) if LONG else (3, 50)
ROUNDS = 5 if LONG else 1
# Installations begin with this one; what came before was never upgraded under anybody's feet.
FIRST_RELEASE = "0018"
# What a later migration narrows, and why no release before it can be hurt: {(revision, words): reason}.
EXPLAINED: dict[tuple[str, str], str] = {}
# The words of the oldest release, in which it goes on writing while the schema changes under it.
MESSAGE = """
    INSERT INTO outbox (id, station_id, dedupe_key, urgency, channel, subject_kind, template, variables, next_at,
        expires_at, request_id, created_at)
    VALUES (%(id)s, %(id)s, %(key)s, 'normal', 'sms', 'offer', 'offer', '', now(), now() + interval '1 day', '-', now())
"""
TIMER = """
    INSERT INTO timers (id, job, subject_id, due_at, request_id, created_at)
    VALUES (%(id)s, 'workers.jobs.probe.work', %(id)s, now(), '-', now())
"""
BEAT = """
    INSERT INTO heartbeats (name, beat_at) VALUES ('old release', now())
    ON CONFLICT (name) DO UPDATE SET beat_at = excluded.beat_at
"""
ANSWER = "UPDATE outbox SET state = 'sent', rank = 1, sent_at = now() WHERE id = %(id)s"
PATIENCE = "-c lock_timeout=4000 -c statement_timeout=15000"


class OldRelease(threading.Thread):
    """One connection after the other of a release that knows the first schema only."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self._conninfo = url.replace("postgresql+psycopg", "postgresql", 1)
        self.stopping = threading.Event()
        self.accepted: list[str] = []
        self.refused: Counter[str] = Counter()
        self.longest = 0.0

    def run(self) -> None:
        with psycopg.connect(self._conninfo, options=PATIENCE, autocommit=True) as connection:
            while not self.stopping.wait(WRITERS / PER_S):
                row = {"id": str(uuid4()), "key": str(uuid4())}
                began = time.monotonic()
                try:
                    with connection.transaction():
                        for statement in (MESSAGE, TIMER, BEAT, ANSWER):
                            connection.execute(statement, row)
                    self.accepted.append(row["id"])
                except psycopg.Error as error:
                    self.refused[type(error).__name__] += 1
                self.longest = max(self.longest, time.monotonic() - began)


@dataclass
class Walk:
    """What was seen on the way up and down."""

    steps: dict[str, Catalogue] = field(default_factory=dict)
    differs: list[str] = field(default_factory=list)
    accepted: set[str] = field(default_factory=set)
    refused: Counter[str] = field(default_factory=Counter)
    kept: set[str] = field(default_factory=set)
    longest: float = 0.0


@pytest.fixture(scope="module")
def walk(cluster) -> Walk:
    """Every migration up and down again, with an old release writing."""
    walk = Walk()
    with migrating_database(cluster) as migrating:
        first, *others = migrating.revisions
        migrating.upgrade(first)
        walk.steps[first] = migrating.catalogue()
        writers = [OldRelease(migrating.app_url) for _ in range(WRITERS)]
        [writer.start() for writer in writers]
        try:
            for _ in range(ROUNDS):
                go_up_and_down(migrating, first, others, walk)
        finally:
            [writer.stopping.set() for writer in writers]
            [writer.join(30) for writer in writers]
        with psycopg.connect(migrating.url.replace("postgresql+psycopg", "postgresql", 1)) as connection:
            rows = "SELECT id FROM outbox JOIN timers USING (id) WHERE outbox.state = 'sent'"
            walk.kept = {str(row[0]) for row in connection.execute(rows)}
    walk.accepted = {row for writer in writers for row in writer.accepted}
    walk.refused = sum((writer.refused for writer in writers), Counter())
    walk.longest = max(writer.longest for writer in writers)
    return walk


def go_up_and_down(migrating: Migrating, first: str, others: list[str], walk: Walk) -> None:
    for revision in others:
        migrating.upgrade(revision)
        found = migrating.catalogue()
        if walk.steps.setdefault(revision, found) != found:
            walk.differs.append(f"{revision}, up again: {words_of(walk.steps[revision], found)}")
    for revision in [first, *others][-2::-1]:
        migrating.downgrade(revision)
        found = migrating.catalogue()
        if found != walk.steps[revision]:
            walk.differs.append(f"down to {revision}: {words_of(walk.steps[revision], found)}")


def test_f23_every_migration_up_and_down_under_an_old_release(walk: Walk) -> None:
    lost = walk.accepted - walk.kept
    print(json.dumps({
        "test": "F23", "migrations": len(walk.steps), "rounds": ROUNDS, "A": len(walk.accepted), "lost": len(lost),
        "refused": dict(walk.refused), "differs": len(walk.differs), "longest_s": round(walk.longest, 2),
    }))  # fmt: skip
    assert len(walk.accepted) > len(walk.steps)
    assert (lost, walk.refused, walk.differs) == (set(), Counter(), [])


def test_f23_no_migration_since_the_first_release_narrows_what_the_one_before_may_write(walk: Walk) -> None:
    revisions = list(walk.steps)
    narrowed = {after: find_narrowing(walk.steps[before], walk.steps[after]) for before, after in pairwise(revisions)}
    later = {(revision, words) for revision, found in narrowed.items() for words in found if revision > FIRST_RELEASE}
    print(json.dumps({
        "test": "F23 expand only", "migrations": len(narrowed), "narrow": sum(map(len, narrowed.values())),
        "since the first release": len(later), "of them explained": len(later & EXPLAINED.keys()),
    }))  # fmt: skip
    assert later == EXPLAINED.keys()


@pytest.mark.unit
def test_narrowing_is_found() -> None:
    def schema(columns: dict[str, Column], **things: str) -> Catalogue:
        return Catalogue({f"t.{name}": column for name, column in columns.items()}, things)

    text, filled = Column("text", True, False), Column("text", False, True)
    needed, number = Column("text", False, False), Column("int8", True, False)
    old = schema({"a": text, "b": filled})
    assert find_narrowing(old, schema({"a": text, "b": filled, "c": text, "d": filled})) == []
    assert find_narrowing(old, schema({"a": needed, "b": filled})) == ["column t.a may no longer be empty"]
    assert find_narrowing(old, schema({"a": number, "b": filled})) == ["column t.a is int8 and was text"]
    assert find_narrowing(old, schema({"b": filled, "c": needed})) == [
        "column t.c is new and has to be filled in", "column t.a is gone",
    ]  # fmt: skip
    checked = Catalogue(old.columns, {"constraint t.ck": "CHECK (a <> '')"})
    assert find_narrowing(old, checked) == ["constraint t.ck is new or another one"]
    assert find_narrowing(old, Catalogue({}, {})) == ["table t is gone"]


def words_of(wanted: Catalogue, found: Catalogue) -> str:
    """How two schemas differ, in short."""
    names = {n for n in wanted.columns.keys() | found.columns.keys() if wanted.columns.get(n) != found.columns.get(n)}
    names |= {n for n in wanted.things.keys() | found.things.keys() if wanted.things.get(n) != found.things.get(n)}
    return ", ".join(sorted(names))
