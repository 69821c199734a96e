"""The bench measures what it says: fair turns, honest percentiles, a world that fits today's schema."""

import dataclasses
import json
import os

import psycopg
import pytest
from psycopg import sql

from api.app import create_app
from api.plumbing.crypto import keyring
from api.plumbing.db import db
from bench import results
from bench.bare import record_statements, replay
from bench.clicks import dispatch_path
from bench.desk import ASKED, Waiting, staff_desks
from bench.measuring import Check, Figure, Report, in_turn, percentile
from bench.settings import settings
from bench.world import World, copy_world, drop_copy


@pytest.mark.unit
@pytest.mark.parametrize(("quantile", "expected"), [(0.5, 50), (0.99, 99), (1.0, 100), (0.001, 1)])
def test_a_percentile_is_a_value_that_was_measured(quantile: float, expected: int) -> None:
    assert percentile(list(range(100, 0, -1)), quantile) == expected
    assert percentile([7.0], quantile) == 7.0


@pytest.mark.unit
def test_things_compared_take_turns_and_take_turns_going_first() -> None:
    order: list[str] = []
    acts = {name: lambda name=name: order.append(name) or float(len(order)) for name in "ab"}
    found = in_turn(acts, rounds=2, times=2)
    assert order == ["a", "b", "b", "a", "b", "a", "a", "b"]
    assert [[len(times) for times in rounds] for rounds in found.values()] == [[2, 2], [2, 2]]


@pytest.mark.unit
def test_the_page_shows_the_newest_beside_the_one_before(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(results, "STORE", tmp_path / "results.json")
    monkeypatch.setattr(results, "PAGE", tmp_path / "RESULTS.md")
    for value in (30.0, 20.0):
        report = Report([Figure("time", "ms", (value, value + 5, value - 5))], [Check("t <= 25 ms", "x", value <= 25)])
        results.keep("P0", "a row", {"enrolled": 1_000}, report)
    page = (tmp_path / "RESULTS.md").read_text()
    assert "| time (ms) | 20.00 | 15.00 to 25.00 | 30.00 |" in page
    assert "| t <= 25 ms | x | met |" in page
    assert len(json.loads((tmp_path / "results.json").read_text())["P0"]) == 2


@pytest.fixture(scope="module")
def small_world(cluster):
    # A seed of its own, so that test processes side by side do not share a template.
    world = World(enrolled=2_000, on_duty=500, stations=2, seed=os.getpid())
    database = copy_world(cluster, world)
    yield database
    drop_copy(cluster, database)
    with psycopg.connect(cluster.conninfo("gridloop_owner", "postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(world.template)))


@pytest.fixture
def world_app(cluster, small_world, make_settings):
    app = create_app(settings(cluster, small_world))
    yield app
    with app.app_context():
        db.engine.dispose()
    usual = make_settings("postgresql+psycopg://nobody@/nowhere")
    keyring.load(usual.sealing, usual.index)  # one per process: give the other tests theirs back


def test_the_world_has_as_many_people_as_asked_and_they_stand_in_their_stations(cluster, small_world) -> None:
    with psycopg.connect(cluster.conninfo("gridloop_app", small_world)) as connection:
        counts = connection.execute(
            "SELECT count(*), count(*) FILTER (WHERE on_duty), count(DISTINCT station_id),"
            "       count(*) FILTER (WHERE on_duty AND fix_at > now() - interval '10 minutes') FROM duty_live"
        ).fetchone()
        homeless = connection.execute(
            "SELECT count(*) FROM members m LEFT JOIN units u ON u.id = m.grid_id AND u.station_id = m.station_id"
            " WHERE u.id IS NULL"
        ).fetchone()
    assert counts[:3] == (2_000, 500, 2)
    assert counts[3] > 450
    assert homeless == (0,)


def test_the_raw_side_reads_and_writes_what_the_program_does_and_recording_leaves_nothing(
    cluster, small_world, world_app
) -> None:
    [(desk, incident)] = Waiting(world_app, staff_desks(world_app)).report(1)
    client = world_app.test_client()

    def dispatch() -> None:
        headers = {**desk.headers, "Idempotency-Key": "bench-test"}
        assert client.post(dispatch_path(incident), json={}, headers=headers).status_code == 201

    statements = record_statements(world_app, dispatch)
    with psycopg.connect(cluster.conninfo("gridloop_app", small_world)) as bare:
        asked = "SELECT count(*) FROM offers WHERE incident_id = %s"
        assert bare.execute(asked, (incident,)).fetchone() == (0,)
        assert replay(bare, statements) > 0
        assert bare.execute(asked, (incident,)).fetchone() == (ASKED,)


def test_two_worlds_of_one_seed_have_one_name_and_any_difference_another() -> None:
    world = World()
    assert world.template == World().template
    changed = [dataclasses.replace(world, **{field.name: 7}) for field in dataclasses.fields(world)]
    assert len({world.template, *(each.template for each in changed)}) == 1 + len(changed)
