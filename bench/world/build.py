"""Making the world's template database, and copies of it."""

import hashlib
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from psycopg import sql
from sqlalchemy import create_engine

from bench.world.fill import fill, freshen
from deploy.local.cluster import Cluster

ROOT = Path(__file__).parents[2]
KEPT_TEMPLATES = 6


@dataclass(frozen=True)
class World:
    """How big, and drawn from which seed."""

    enrolled: int = 1_000_000
    on_duty: int = 100_000
    stations: int = 30
    seed: int = 1

    @property
    def template(self) -> str:
        """The template's name: parameters, generator and migrations decide it, so a stale one is never used."""
        sources = sorted(Path(__file__).parent.glob("*.py")) + sorted((ROOT / "migrations").rglob("*.py"))
        digest = hashlib.sha256(repr(sorted(asdict(self).items())).encode())
        for source in sources:
            digest.update(source.read_bytes())
        return f"world_{self.enrolled}_{digest.hexdigest()[:10]}"


def copy_world(cluster: Cluster, world: World) -> str:
    """A fresh copy of the world, everybody on duty seen just now; returns the database's name."""
    template = world.template  # once: somebody may be editing a migration meanwhile
    _ensure_template(cluster, world, template)
    name = f"bench_{os.getpid()}_{time.monotonic_ns()}"
    with _postgres(cluster) as connection:
        _copy(connection, template, name)
    with psycopg.connect(cluster.conninfo("gridloop_owner", name), autocommit=True) as connection:
        freshen(connection)
    with psycopg.connect(cluster.conninfo("postgres", name), autocommit=True) as connection:
        connection.execute("CHECKPOINT")  # else it falls into the first rounds
    return name


def drop_copy(cluster: Cluster, name: str) -> None:
    """Throw a copy away, whoever is still connected to it."""
    with psycopg.connect(cluster.conninfo("postgres", "postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _ensure_template(cluster: Cluster, world: World, name: str) -> None:
    with _postgres(cluster) as connection:
        connection.execute("SELECT pg_advisory_lock(hashtextextended('gridloop.bench', 0))")
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone():
            return
        _drop_old(connection)
        half = f"{name}_half"
        started = time.monotonic()
        print(f"making a world of {world.enrolled:,} people, {world.on_duty:,} on duty ...", flush=True)
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(half)))
        _copy(connection, "gridloop_template", half)
        _migrate(cluster.url("gridloop_owner", half))
        # As superuser, who alone may leave the foreign keys unchecked: they hold by construction.
        with psycopg.connect(cluster.conninfo("postgres", half), autocommit=True) as filling:
            fill(filling, enrolled=world.enrolled, on_duty=world.on_duty, stations=world.stations, seed=world.seed)
        # Renamed only when complete: a run that dies while filling leaves no half world behind.
        connection.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(*map(sql.Identifier, (half, name))))
        print(f"... made in {time.monotonic() - started:.0f} s", flush=True)


def _drop_old(connection: psycopg.Connection) -> None:
    rows = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'world\\_%' ORDER BY oid").fetchall()
    for (name,) in rows[: -KEPT_TEMPLATES + 1]:
        connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))


def _migrate(url: str) -> None:
    engine = create_engine(url)
    config = Config(str(ROOT / "migrations" / "alembic.ini"))
    config.set_main_option("script_location", str(ROOT / "migrations"))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
    engine.dispose()


def _postgres(cluster: Cluster) -> psycopg.Connection:
    return psycopg.connect(cluster.conninfo("gridloop_owner", "postgres"), autocommit=True)


def _copy(connection: psycopg.Connection, source: str, target: str) -> None:
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
    connection.execute(statement.format(sql.Identifier(target), sql.Identifier(source)))
