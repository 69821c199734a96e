"""S37: the trail and the application's own role: nothing is changed, forged, hidden or switched off with it."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from api.audit.queries import find_chain_fault
from api.audit.service import record, seal_entries
from tests.attacks.arena import Arena
from tests.attacks.ledger import count

FORGED = (
    "INSERT INTO audit_entries (at, station_id, actor_kind, actor_id, action, subject_kind, details, request_id) VALUES"
    " (now(), NULL, '{kind}', {who}, 'x', 'y', '{{}}', '-')"
)
SOMEBODY = "'00000000-0000-4000-8000-000000000001'"
STATEMENTS = {
    "change": "UPDATE audit_entries SET action = 'x'",
    "change one": "UPDATE audit_entries SET details = '{}' WHERE id = (SELECT max(id) FROM audit_entries)",
    "delete": "DELETE FROM audit_entries",
    "truncate": "TRUNCATE audit_entries",
    "truncate both": "TRUNCATE audit_entries, audit_chain CASCADE",
    "change the chain": "UPDATE audit_chain SET digest = ''",
    "cut the chain": "DELETE FROM audit_chain WHERE position = (SELECT max(position) FROM audit_chain)",
    "upsert": "INSERT INTO audit_chain VALUES (1, 1, '') ON CONFLICT (position) DO UPDATE SET digest = ''",
    "merge": "MERGE INTO audit_entries a USING (SELECT 1) s ON true WHEN MATCHED THEN DELETE",
    "an id of one's choice": "INSERT INTO audit_entries (id, at, actor_kind, action, subject_kind, details, request_id)"
    " VALUES (1, now(), 'system', 'x', 'y', '{}', '-')",
    "an id by override": "INSERT INTO audit_entries (id, at, actor_kind, action, subject_kind, details, request_id)"
    " OVERRIDING SYSTEM VALUE VALUES (1, now(), 'person', 'x', 'y', '{}', '-')",
    "somebody else's name": FORGED.format(kind="person", who=SOMEBODY),
    "triggers off": "ALTER TABLE audit_entries DISABLE TRIGGER ALL",
    "replica": "SET LOCAL session_replication_role = replica",
    "drop the trigger": "DROP TRIGGER append_only ON audit_entries",
    "replace the function": "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql"
    " AS 'BEGIN RETURN OLD; END'",
    "drop": "DROP TABLE audit_entries CASCADE",
    "rename": "ALTER TABLE audit_entries RENAME TO audit_old",
    "own it": "ALTER TABLE audit_entries OWNER TO gridloop_app",
    "grant": "GRANT ALL ON audit_entries TO gridloop_app WITH GRANT OPTION",
    "a rule": "CREATE RULE forget AS ON INSERT TO audit_entries DO INSTEAD NOTHING",
    "another role": "SET LOCAL ROLE gridloop_owner",
    "another search path": "CREATE TABLE pg_temp.audit_entries_x AS SELECT 1; CREATE SCHEMA evil",
    "the sequence": "ALTER SEQUENCE audit_entries_id_seq RESTART WITH 1",
    "set the sequence": "SELECT setval('audit_entries_id_seq', 1)",
    "copy from a program": "COPY audit_entries FROM PROGRAM 'true'",
}


@pytest.fixture(autouse=True)
def some_entries(arena: Arena) -> None:
    ctx = arena.ctx
    for number in range(3):
        record(ctx, "s37", "x", ctx.new_id(), n=number)
    seal_entries(ctx)


def test_nothing_the_application_may_say_changes_the_trail(arena: Arena) -> None:
    arena.ctx.session.commit()
    shown = "SELECT md5(string_agg(t::text, '' ORDER BY t::text)) FROM {} t"
    before = [arena.connection.scalar(text(shown.format(name))) for name in ("audit_entries", "audit_chain")]
    taken = []
    for name, statement in STATEMENTS.items():
        savepoint = arena.connection.begin_nested()
        try:
            arena.connection.exec_driver_sql(statement)
            after = [arena.connection.scalar(text(shown.format(table))) for table in ("audit_entries", "audit_chain")]
            if after != before or name not in HARMLESS:
                taken.append(name)
        except DBAPIError:
            pass
        finally:
            savepoint.rollback()
    count(
        "S37", "statements against the trail, as the application's role", len(STATEMENTS), len(STATEMENTS) - len(taken)
    )
    assert taken == []


# Granted with the table, and without effect: PostgreSQL warns and gives nothing.
HARMLESS = {"grant"}


def test_the_application_s_role_has_no_way_around(arena: Arena) -> None:
    row = arena.connection.execute(
        text(
            "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication,"
            " pg_has_role(current_user, 'gridloop_owner', 'member') AS owns FROM pg_roles WHERE rolname = current_user"
        )
    ).one()
    count("S37", "powers the application's role must not have", len(row), sum(not power for power in row))
    assert not any(row)


def test_the_chain_holds_after_all_of_it(arena: Arena) -> None:
    assert find_chain_fault(arena.ctx.session) is None
