"""The app every attack is made on, opened once per module and rolled back when the module ends."""

from collections.abc import Iterator

import pytest
from flask import Flask

from api.plumbing.db import db
from tests.attacks.arena import Arena, Route, guarded
from tests.attacks.spec import Spec


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
