"""Fixtures of every test: a private database per worker process, rolled back or thrown away, never mocked."""

import hashlib
import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from psycopg import sql
from sqlalchemy import create_engine

from api.app import create_app
from api.plumbing.context import SYSTEM, Actor, Ctx, open_ctx
from api.plumbing.db import db
from config import Settings
from deploy.local.cluster import Cluster, ensure_cluster
from deploy.local.redis_server import ensure_redis

ROOT = Path(__file__).parent.parent
KEYS = {
    "GRIDLOOP_SECRET_KEY": "test-secret-key-of-enough-length-0123456789",
    "GRIDLOOP_SEALING_KEYS": "k1:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
    "GRIDLOOP_INDEX_KEY": "aW5kZXgta2V5LWZvci10ZXN0cy1vbmx5LTMyLWJ5dGU=",
    "GRIDLOOP_TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "GRIDLOOP_TWILIO_AUTH_TOKEN": "f" * 32,
    "GRIDLOOP_TWILIO_FROM": "+15005550006",
    # Nobody listens on port 9: a callback of a test must not reach a system that runs on this machine.
    "GRIDLOOP_PUBLIC_URL": "http://127.0.0.1:9",
}
_numbers = itertools.count()


@pytest.fixture(scope="session")
def cluster() -> Cluster:
    """The private test cluster."""
    return ensure_cluster("test")


@pytest.fixture(scope="session")
def template(cluster: Cluster) -> str:
    """The name of a database with all migrations run once; keyed by their content, so it survives between runs."""
    versions = sorted((ROOT / "migrations").rglob("*.py"))
    digest = hashlib.sha256(b"".join(path.name.encode() + path.read_bytes() for path in versions)).hexdigest()[:12]
    name = f"tpl_{digest}"
    with psycopg.connect(cluster.conninfo("gridloop_owner", "postgres"), autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(hashtextextended('gridloop.template', 0))")
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone():
            half = f"{name}_half"
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(half)))
            _copy(connection, "gridloop_template", half)
            migrate(cluster.url("gridloop_owner", half))
            # Renamed only when complete: a run that dies while migrating leaves no half template behind.
            connection.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(*map(sql.Identifier, (half, name))))
    return name


def migrate(url: str, revision: str = "head") -> None:
    """Run the migrations as the owner."""
    engine = create_engine(url)
    config = Config(str(ROOT / "migrations" / "alembic.ini"))
    config.set_main_option("script_location", str(ROOT / "migrations"))
    try:
        with engine.connect() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
            connection.commit()
    finally:
        # A session left behind would keep the half-made template from being dropped in the next run.
        engine.dispose()


@pytest.fixture(scope="session")
def clone_database(cluster: Cluster, template: str) -> Iterator[Callable[[], str]]:
    """Make a fresh copy of the template; returns the app role's URL. All copies are dropped at the end."""
    made: list[str] = []

    def clone() -> str:
        name = f"test_{os.getpid()}_{next(_numbers)}"
        with psycopg.connect(cluster.conninfo("gridloop_owner", "postgres"), autocommit=True) as connection:
            _copy(connection, template, name)
        made.append(name)
        return cluster.url("gridloop_app", name)

    yield clone
    # As the superuser: only it may end connections of other roles that a killed process left behind.
    with psycopg.connect(cluster.conninfo("postgres", "postgres"), autocommit=True) as connection:
        for name in made:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _copy(connection: psycopg.Connection, source: str, target: str) -> None:
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
    for left in range(4, -1, -1):
        try:
            connection.execute(statement.format(sql.Identifier(target), sql.Identifier(source)))
            return
        except psycopg.errors.ObjectInUse:
            # Somebody is connected to the source for a moment (autovacuum, another process that has just made it).
            if not left:
                raise


@pytest.fixture(scope="session")
def make_settings(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Settings]:
    """Settings for a database URL, with test keys; keyword arguments override."""

    files = tmp_path_factory.mktemp("files")

    def make(database_url: str, **overrides: object) -> Settings:
        given = {key.removeprefix("GRIDLOOP_").lower(): value for key, value in KEYS.items()}
        given |= {"database_url": database_url, "redis_url": ensure_redis("test").url, "log_level": "ERROR"}
        given |= {"files_dir": str(files)}
        return Settings(**{**given, **overrides})  # type: ignore[arg-type]

    return make


class SettlingClient(FlaskClient):
    """A client before whose requests the test's own work counts as committed.

    Flask runs a request in the app context that is already there, so the request would otherwise share the test's
    session, and a refused one would roll back what the test had prepared.
    """

    def open(self, *args: object, **kwargs: object):
        if has_app_context():
            db.session.commit()
        return super().open(*args, **kwargs)


@pytest.fixture(scope="session")
def shared_app(clone_database: Callable[[], str], make_settings: Callable[..., Settings]) -> Iterator[Flask]:
    """One app and one database per worker process, used through `app`, which rolls every test back."""
    app = create_app(make_settings(clone_database()))
    app.testing = True
    app.test_client_class = SettlingClient
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def app(shared_app: Flask) -> Iterator[Flask]:
    """The app on one connection whose outer transaction is rolled back; commits inside become savepoints."""
    with shared_app.app_context():
        engine = db.engine
        with engine.connect() as connection:
            outer = connection.begin()
            db.engines[None] = connection  # type: ignore[assignment]
            try:
                yield shared_app
            finally:
                db.session.remove()
                db.engines[None] = engine
                outer.rollback()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """An HTTP client of the rolled-back app."""
    return app.test_client()


@pytest.fixture
def make_ctx(app: Flask) -> Callable[..., Ctx]:
    """Open a Ctx on the test's session for an actor (default: the system)."""

    def make(actor: Actor = SYSTEM) -> Ctx:
        return open_ctx(db.session(), actor, request_id="test")

    return make


@pytest.fixture
def ctx(make_ctx: Callable[..., Ctx]) -> Ctx:
    """A Ctx of the system actor."""
    return make_ctx()


@pytest.fixture
def committed_app(clone_database: Callable[[], str], make_settings: Callable[..., Settings]) -> Iterator[Flask]:
    """An app on a database of its own where commits are real: for concurrency and several processes."""
    app = create_app(make_settings(clone_database(), pool_size=20))
    app.testing = True
    yield app
    with app.app_context():
        db.engine.dispose()
