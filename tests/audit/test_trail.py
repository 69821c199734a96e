"""The trail can be written and read, never changed, and a change behind its back is found."""

from contextlib import contextmanager

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from api.audit.queries import entries_of, find_chain_fault
from api.audit.service import record, seal_entries
from api.plumbing.context import SYSTEM, Actor, Ctx, unit_of_work


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_entries SET action = 'x'", "DELETE FROM audit_entries", "TRUNCATE audit_entries"]
)
def test_the_runtime_role_cannot_change_an_entry(ctx: Ctx, statement: str) -> None:
    record(ctx, "grid.drawn", "unit", ctx.new_id())
    with pytest.raises(ProgrammingError, match=r"permission denied|append-only"):
        ctx.session.execute(text(statement))


def test_an_entry_in_somebody_else_s_name_is_refused(ctx: Ctx) -> None:
    forged = Ctx(ctx.session, Actor(kind="person", person_id=ctx.new_id()), ctx.now, ctx.request_id)
    with pytest.raises(ProgrammingError, match="another actor"):
        record(forged, "grid.drawn", "unit", ctx.new_id())


def test_a_station_sees_its_own_entries(make_ctx) -> None:
    mine = Actor(kind="person", person_id=make_ctx().new_id(), station_id=make_ctx().new_id())
    record(make_ctx(mine), "trail.read", "member", None, reason="shift")
    record(make_ctx(), "trail.read", "member", None)
    found = entries_of(make_ctx().session, mine.station, before=None, limit=10)
    assert [(entry.action, entry.details, entry.actor_id) for entry in found] == [
        ("trail.read", {"reason": "shift"}, mine.person_id)
    ]


def test_the_chain_holds_over_several_rounds(ctx: Ctx) -> None:
    for _ in range(3):
        record(ctx, "a", "b", ctx.new_id(), n=1)
        assert seal_entries(ctx) == 1
    assert seal_entries(ctx) == 0
    assert find_chain_fault(ctx.session) is None


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (
            "UPDATE audit_entries SET action = 'x' WHERE id = (SELECT entry_id FROM audit_chain WHERE position = 2)",
            "changed",
        ),
        ("DELETE FROM audit_entries WHERE id = (SELECT entry_id FROM audit_chain WHERE position = 2)", "gone"),
        ("DELETE FROM audit_chain WHERE position = 2", "missing"),
    ],
)
def test_a_superuser_s_edit_breaks_the_chain(committed_app, cluster, damage: str, reason: str) -> None:
    with committed_app.app_context():
        with unit_of_work(SYSTEM) as ctx:
            for number in range(3):
                record(ctx, "a", "b", ctx.new_id(), n=number)
            seal_entries(ctx)
        with superuser(committed_app, cluster) as connection:
            connection.execute("SET session_replication_role = replica")  # switches triggers off
            connection.execute(damage)
        with unit_of_work(SYSTEM) as ctx:
            fault = find_chain_fault(ctx.session)
    assert fault is not None
    assert fault.position == 2
    assert reason in fault.reason


def test_an_entry_committed_late_is_sealed_later(committed_app) -> None:
    with committed_app.app_context():
        from api.plumbing.db import db

        slow = db.engine.connect()
        slow.execute(text("SELECT set_config('gridloop.actor', 'system', true)"))
        slow.execute(
            text(
                "INSERT INTO audit_entries (at, actor_kind, action, subject_kind, details, request_id)"
                " VALUES (now(), 'system', 'late', 'x', '{}', '-')"
            )
        )
        with unit_of_work(SYSTEM) as ctx:
            record(ctx, "early", "x", None)
        with unit_of_work(SYSTEM) as ctx:
            assert seal_entries(ctx) == 1
        slow.commit()
        slow.close()
        with unit_of_work(SYSTEM) as ctx:
            assert seal_entries(ctx) == 1
            assert find_chain_fault(ctx.session) is None


@contextmanager
def superuser(app, cluster):
    database = app.extensions["gridloop.settings"].database_url.split("@/")[1].split("?")[0]
    with psycopg.connect(cluster.conninfo("postgres", database), autocommit=True) as connection:
        yield connection
