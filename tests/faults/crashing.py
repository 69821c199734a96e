"""A durable PostgreSQL cluster that tests may crash; one test at a time."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from deploy.local import postgres
from deploy.local.account import server_account
from deploy.local.cluster import Cluster, ensure_cluster, place_name, stop_cluster
from deploy.local.locking import hold_lock
from deploy.local.places import recorded_place
from tests.conftest import migrate

DATABASE = "gridloop_faults"
BUSY = """
    SELECT pid FROM pg_stat_activity WHERE datname = %s AND usename = 'gridloop_app' AND pid <> pg_backend_pid()
    ORDER BY state IN ('active', 'idle in transaction') DESC, state_change DESC LIMIT 1
"""


class Crashing:
    """The cluster, its one database, and two ways to end it in the middle of something."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        place = recorded_place(place_name("faults"))
        assert place is not None
        self.account = server_account(place.home)
        self._server = postgres.Server(postgres.find_programs(place), place, self.account)
        self.url = cluster.url("gridloop_app", DATABASE)

    def make_database(self, *, tablespace: str = "") -> None:
        """A fresh database with the present schema."""
        names = [sql.Identifier(name) for name in (DATABASE, "gridloop_template", tablespace) if name]
        place = " TABLESPACE {}" if tablespace else ""
        with psycopg.connect(self.cluster.conninfo("gridloop_owner", "postgres"), autocommit=True) as owner:
            owner.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}" + place).format(*names))
        migrate(self.cluster.url("gridloop_owner", DATABASE))

    def drop_database(self) -> None:
        """Drop it, whoever is still connected."""
        with psycopg.connect(self.cluster.conninfo("postgres", "postgres"), autocommit=True) as superuser:
            superuser.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(DATABASE)))

    def kill_backend(self) -> None:
        """SIGKILL to one that works for the app: the server ends all others and recovers from its log."""
        with psycopg.connect(self.cluster.conninfo("postgres", "postgres"), autocommit=True) as superuser:
            row = superuser.execute(BUSY, (DATABASE,)).fetchone()
            assert row is not None, "nobody is connected"
        os.kill(row[0], signal.SIGKILL)

    def restart_at_once(self) -> None:
        """Stop without a checkpoint, as if the power had gone, and start again."""
        postgres.control_server(self._server, "stop", "--mode", "immediate")
        postgres.start_server(self._server, "faults")


@contextmanager
def crashing_cluster() -> Iterator[Crashing]:
    """The cluster for one test, stopped at the end: nobody else needs it."""
    with hold_lock("faults-in-use"):
        crashing = Crashing(ensure_cluster("faults"))
        crashing.drop_database()
        crashing.make_database()
        try:
            yield crashing
        finally:
            crashing.drop_database()
            stop_cluster("faults")
