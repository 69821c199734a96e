"""The app every attack is made on, opened once per module and rolled back when the module ends."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from api.app import create_app
from api.plumbing.db import db
from config import Settings
from tests.attacks.arena import Arena, Route, guarded
from tests.attacks.crowd import Crowd
from tests.attacks.ledger import KEPT, ledger, write_results
from tests.attacks.spec import Spec

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def arena(shared_app: Flask) -> Iterator[Arena]:
    with shared_app.app_context():
        engine = db.engine
        with engine.connect() as connection:
            outer = connection.begin()
            db.engines[None] = connection  # type: ignore[assignment]
            try:
                yield Arena(shared_app, connection)
            finally:
                db.session.remove()
                db.engines[None] = engine
                outer.rollback()


@pytest.fixture(scope="module")
def routes(shared_app: Flask) -> list[Route]:
    """Every route that needs a sign-in."""
    return guarded(shared_app)


@pytest.fixture(scope="module")
def spec(shared_app: Flask) -> Spec:
    """What the API publishes of itself."""
    return Spec(shared_app)


@pytest.fixture(scope="module")
def crowd(clone_database: Callable[[], str], make_settings: Callable[..., Settings]) -> Iterator[Crowd]:
    """An app on a database of its own, where commits are real."""
    app = create_app(make_settings(clone_database(), pool_size=20))
    app.testing = True
    yield Crowd(app)
    with app.app_context():
        db.engine.dispose()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Count how the tests of each attack ended."""
    name = Path(report.location[0]).name
    if KEPT and name.startswith("test_s") and (report.when == "call" or report.failed):
        ledger.ended[name[5:8].upper()][report.outcome] += 1


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A run of all attacks leaves its table behind, if it is asked to; one of a few of them does not."""
    if KEPT and [Path(argument).resolve() for argument in session.config.args] == [HERE]:
        write_results()
