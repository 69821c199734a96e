"""Migrations walked step by step, and what the database's catalogue says after each."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from psycopg import sql
from sqlalchemy import create_engine

from deploy.local.cluster import Cluster
from tests.conftest import ROOT

_numbers = itertools.count()
OURS = """
    WITH ours AS (
        SELECT oid, relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
          AND NOT relispartition AND relname NOT IN ('alembic_version', 'spatial_ref_sys')
    )
"""
# Partitions come and go with the days, so they are no part of a schema.
COLUMNS = f"""
    {OURS} SELECT relname || '.' || attname, format_type(atttypid, atttypmod), NOT attnotnull,
        atthasdef OR attidentity <> ''
    FROM ours JOIN pg_attribute ON attrelid = ours.oid WHERE attnum > 0 AND NOT attisdropped
"""
THINGS = f"""
    {OURS} SELECT 'constraint ' || relname || '.' || conname, pg_get_constraintdef(k.oid)
    FROM pg_constraint k JOIN ours ON ours.oid = conrelid
    UNION ALL
    SELECT 'index ' || relname || '.' || i.indexrelid::regclass, pg_get_indexdef(i.indexrelid)
    FROM pg_index i JOIN ours ON ours.oid = i.indrelid
    UNION ALL
    SELECT 'trigger ' || relname || '.' || tgname, pg_get_triggerdef(t.oid)
    FROM pg_trigger t JOIN ours ON ours.oid = tgrelid WHERE NOT tgisinternal
    UNION ALL
    SELECT 'function ' || p.oid::regprocedure, pg_get_functiondef(p.oid) FROM pg_proc p
    WHERE pronamespace = 'public'::regnamespace AND prokind = 'f'
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""


@dataclass(frozen=True)
class Column:
    """What somebody who writes to a table has to know of a column."""

    type: str
    nullable: bool
    default: bool


@dataclass(frozen=True)
class Catalogue:
    """A schema: columns by `table.name`, and everything else by kind and name."""

    columns: dict[str, Column]
    things: dict[str, str]

    @property
    def tables(self) -> set[str]:
        return {name.partition(".")[0] for name in self.columns}


def read_catalogue(url: str) -> Catalogue:
    """The schema as it is now."""
    with psycopg.connect(url.replace("postgresql+psycopg", "postgresql", 1), autocommit=True) as connection:
        columns = {name: Column(*rest) for name, *rest in connection.execute(COLUMNS)}
        return Catalogue(columns, dict(connection.execute(THINGS).fetchall()))


def find_narrowing(before: Catalogue, after: Catalogue) -> list[str]:
    """What a release that knows only `before` could no longer do, or might be refused, in `after`."""
    found = [f"table {table} is gone" for table in sorted(before.tables - after.tables)]
    kept = before.tables & after.tables
    for name, column in sorted(after.columns.items()):
        if name.partition(".")[0] in kept and name not in before.columns and not (column.nullable or column.default):
            found.append(f"column {name} is new and has to be filled in")
    for name, column in sorted(before.columns.items()):
        now = after.columns.get(name)
        if name.partition(".")[0] not in kept:
            continue
        if now is None:
            found.append(f"column {name} is gone")
        elif now.type != column.type:
            found.append(f"column {name} is {now.type} and was {column.type}")
        elif column.nullable and not now.nullable:
            found.append(f"column {name} may no longer be empty")
    for name, definition in sorted(after.things.items()):
        kind, _, rest = name.partition(" ")
        narrows = kind == "constraint" or "UNIQUE INDEX" in definition
        if narrows and rest.partition(".")[0] in kept and before.things.get(name) != definition:
            found.append(f"{name} is new or another one")
    return found


class Migrating:
    """An empty database, and the migrations to be run on it as the owner."""

    def __init__(self, cluster: Cluster, name: str) -> None:
        self.url, self.app_url = cluster.url("gridloop_owner", name), cluster.url("gridloop_app", name)
        self.revisions = [script.revision for script in self._scripts().walk_revisions()][::-1]

    def upgrade(self, revision: str, *, tries: int = 6) -> None:
        """Up to this revision."""
        self._run(command.upgrade, revision, tries)

    def downgrade(self, revision: str, *, tries: int = 6) -> None:
        """Down to this revision."""
        self._run(command.downgrade, revision, tries)

    def catalogue(self) -> Catalogue:
        """The schema as it is now."""
        return read_catalogue(self.url)

    def revision(self) -> str:
        """Where it stands."""
        with psycopg.connect(self.url.replace("postgresql+psycopg", "postgresql", 1)) as connection:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return "" if row is None else str(row[0])

    def _scripts(self) -> ScriptDirectory:
        return ScriptDirectory(str(ROOT / "migrations"))

    def _run(self, how: Callable[[Config, str], None], revision: str, tries: int) -> None:
        engine = create_engine(self.url)
        config = Config(str(ROOT / "migrations" / "alembic.ini"))
        config.set_main_option("script_location", str(ROOT / "migrations"))
        try:
            with engine.connect() as connection:
                config.attributes.update(connection=connection, tries=tries)
                how(config, revision)
        finally:
            engine.dispose()


@contextmanager
def migrating_database(cluster: Cluster) -> Iterator[Migrating]:
    """An empty database for one test."""
    name = sql.Identifier(f"test_migrating_{next(_numbers)}_{id(cluster):x}")
    with psycopg.connect(cluster.conninfo("gridloop_owner", "postgres"), autocommit=True) as owner:
        owner.execute(sql.SQL("CREATE DATABASE {} TEMPLATE gridloop_template").format(name))
    try:
        yield Migrating(cluster, name.as_string(None).strip('"'))
    finally:
        with psycopg.connect(cluster.conninfo("postgres", "postgres"), autocommit=True) as superuser:
            superuser.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
