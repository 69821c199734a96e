"""Every published operation under cases made from its own description: nothing breaks, nothing undeclared comes back.

The short form always sends the same cases. `GRIDLOOP_FUZZ=200` sends every listed edge, and 200 drawn cases of each
kind per operation: for a night, or a change of the contract.
"""

import os
from collections.abc import Iterator

import pytest
from flask import Flask

from api.app import create_app
from api.http.limits import limiter
from api.plumbing.db import db
from tests.attacks.arena import Arena
from tests.attacks.world import make_world
from tests.contract.fuzzing import Fuzz, Tally

LONG = int(os.environ.get("GRIDLOOP_FUZZ", "0"))
AREAS = (
    "audit", "disputes", "duty", "files", "followups", "grids", "http", "identity", "incidents", "live", "notices",
    "notifications", "reporting", "retention", "sync", "webhooks",
)  # fmt: skip


@pytest.mark.parametrize("area", AREAS)
def test_an_area_answers_as_it_says(fuzz, area, record_property) -> None:
    tally = Tally()
    for operation in fuzz.operations(area):
        fuzz.run(operation, tally, examples=LONG or 3, coverage=None if LONG else 6)
    print(f"\n{area}: {tally}")
    record_property("tally", str(tally))
    # A world that lets nobody in would be refused everywhere as declared. Webhooks are signed by their providers, and
    # a few cases of one or two operations may all happen to be refused.
    assert tally.accepted or area == "webhooks" or tally.operations < 3
    assert not tally.faults, "\n".join([str(tally), *tally.faults])


def test_no_area_is_left_out(fuzz) -> None:
    assert fuzz.areas() == set(AREAS)


@pytest.fixture(scope="module")
def fuzz(fuzzed_app: Flask) -> Iterator[Fuzz]:
    with fuzzed_app.app_context():
        engine = db.engine
        with engine.connect() as connection:
            outer = connection.begin()
            db.engines[None] = connection  # type: ignore[assignment]
            try:
                arena = Arena(fuzzed_app, connection)
                yield Fuzz(fuzzed_app, arena, make_world(arena))
            finally:
                db.session.remove()
                db.engines[None] = engine
                outer.rollback()


@pytest.fixture(scope="module")
def fuzzed_app(clone_database, make_settings) -> Iterator[Flask]:
    """An app on a database of its own that counts nobody's requests: refusals for haste would hide all others."""
    app = create_app(make_settings(clone_database()))
    app.testing = True
    limiter.enabled, before = False, limiter.enabled
    yield app
    limiter.enabled = before
    with app.app_context():
        db.engine.dispose()
