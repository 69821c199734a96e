"""The periodic jobs of files do their work through the runtime."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from api.files.gateways.depot import DepotOrder, depot
from api.files.service import prepare_file
from api.files.types import NewFile
from api.plumbing.context import Ctx
from api.plumbing.db import db
from api.plumbing.timers import TimerOrder, set_timer
from tests.builders import files as made
from tests.builders.grids import make_station
from tests.builders.identity import at, enroll
from workers.cron import NOBODY, TABLE
from workers.runtime import run_in_context

JOBS = [row.job for row in TABLE if row.job.startswith("workers.jobs.files.")]


@pytest.fixture(autouse=True)
def folder(tmp_path):
    before = depot._order
    depot.load(DepotOrder(tmp_path))
    yield tmp_path
    depot.load(before)


@pytest.mark.parametrize("job", JOBS)
def test_each_runs_on_an_empty_and_on_a_full_depot(ctx: Ctx, job: str) -> None:
    assert len(JOBS) == 3
    person = enroll(ctx, station_id=make_station(ctx))
    made.keep(at(ctx, person.station_id), uploaded_by=person.id)
    prepare_file(NewFile(made.jpeg()))
    ctx.session.execute(text("UPDATE files SET created_at = created_at - interval '8 days'"))
    set_timer(ctx, TimerOrder(job, NOBODY, ctx.now - timedelta(seconds=1), step="test"))
    timer_id = ctx.session.execute(text("SELECT id FROM timers WHERE job = :job"), {"job": job}).scalar_one()
    db.session.commit()
    assert run_in_context(timer_id) == "fired"
    left = db.session.execute(text("SELECT count(*) FROM files")).scalar_one()
    assert left == (0 if job.endswith("drop_unwanted") else 1)
