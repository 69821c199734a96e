"""The demo station: real names, invented everything else; loaded once, through the services, only when asked for."""

import csv
import json
import stat
import time
from collections import Counter
from datetime import date
from pathlib import Path
from uuid import UUID

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from api.cli.demo import demo
from api.cli.demo import design as designing
from api.cli.demo import load as loading
from api.cli.demo.design import DATA, ENTERPRISES, MEMBERS, PHONES, STAFF, design_station, phones_of
from api.cli.demo.ground import draw_oval, measure
from api.cli.demo.load import PASSWORD
from api.grids.models import Enterprise, Member, Unit, UnitOwner
from api.grids.queries import coverage_of, station_by_code, unit_at
from api.identity.models import Person
from api.kernel.geo import Point
from api.kernel.phones import DEMO_NUMBERS, demo_number, is_demo_number
from api.plumbing.context import Ctx
from workers.sandbox.phones.roster import read_roster

DAY = date(2026, 11, 22)
OFFICIAL = Path(__file__).parents[3] / "shared" / "data" / "fuling_villages.csv"
STATION = "500102008000"


@pytest.mark.unit
def test_the_same_seed_draws_the_same_station() -> None:
    assert design_station(DAY) == design_station(DAY)


@pytest.mark.unit
def test_the_communities_are_the_official_ones() -> None:
    if not OFFICIAL.exists():
        pytest.skip("the official list is not on this machine")
    with OFFICIAL.open(encoding="utf-8") as file:
        listed = {row["code"]: row["name"] for row in csv.DictReader(file) if row["streetCode"] == "500102008"}
    ours = {unit["code"]: unit["name"] for unit in json.loads((DATA / "lizhi.json").read_text("utf-8"))["communities"]}
    assert ours == listed
    assert len(ours) == 27


@pytest.mark.unit
def test_the_pieces_make_up_the_whole() -> None:
    design = design_station(DAY)
    whole = measure(draw_oval())
    assert sum(measure(unit.shape) for unit in design.communities) == pytest.approx(whole, rel=1e-6)
    assert sum(measure(grid.shape) for grid in design.grids) == pytest.approx(whole, rel=1e-6)
    assert min(measure(grid.shape) for grid in design.grids) > 50_000


@pytest.mark.unit
def test_every_number_is_marked_and_is_a_valid_mobile() -> None:
    from api.identity.rules import parse_phone

    design = design_station(DAY)
    phones = [person.phone for person in (*design.members, *design.staff)]
    assert len(set(phones)) == MEMBERS + len(STAFF)
    assert all(is_demo_number(phone) for phone in phones)
    assert {parse_phone(demo_number(index)).kind for index in range(len(DEMO_NUMBERS))} == {"mobile"}


@pytest.mark.unit
@pytest.mark.parametrize(
    "phone", ["+8617000001000", "+8616999999999", "+8613812345678", "17000000000", "+117000000000", ""]
)
def test_other_numbers_are_not_marked(phone: str) -> None:
    assert not is_demo_number(phone)


@pytest.mark.unit
def test_the_simulated_phones_lie_near_the_middle() -> None:
    design = design_station(DAY)
    phones = phones_of(design)
    assert len(phones) == PHONES
    pending = {member.phone for member in design.members if member.status == "pending"}
    assert not pending & {phone["phone"] for phone in phones}
    assert pending
    assert all(abs(phone["lat"] - 29.7031) < 0.02 and abs(phone["lon"] - 107.3897) < 0.02 for phone in phones)
    assert Counter(phone["behaviour"] for phone in phones)["willing"] >= 8


@pytest.fixture
def demo_app(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    settings = app.extensions["gridloop.settings"].model_copy(update={"demo": True})
    monkeypatch.setitem(app.extensions, "gridloop.settings", settings)
    return app


def run(app: Flask, *arguments: str):
    return app.test_cli_runner().invoke(demo, list(arguments))


def test_without_being_asked_for_it_refuses(app: Flask, ctx: Ctx, tmp_path: Path) -> None:
    for arguments in (["load", "--into", str(tmp_path)], ["code", "admin"]):
        refusal = run(app, *arguments)
        assert (refusal.exit_code, "GRIDLOOP_DEMO" in refusal.output) == (1, True)
    assert station_by_code(ctx.session, STATION) is None
    assert list(tmp_path.iterdir()) == []


def test_it_is_loaded_once_with_everything_on_it(
    demo_app: Flask, ctx: Ctx, client: FlaskClient, tmp_path: Path
) -> None:
    first = run(demo_app, "load", "--into", str(tmp_path))
    assert (first.exit_code, "is loaded" in first.output) == (0, True), first.output
    station = station_by_code(ctx.session, STATION)
    assert station is not None
    assert station.name == "荔枝派出所"
    check_ground(ctx, station.id)
    check_people(ctx, station.id)
    check_papers(tmp_path)
    check_sign_in(demo_app, client)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    started = time.perf_counter()
    again = run(demo_app, "load", "--into", str(tmp_path))
    assert time.perf_counter() - started < 1
    assert (again.exit_code, "is there already" in again.output, "wrote" in again.output) == (0, True, False)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    (tmp_path / "demo-signins.txt").unlink()
    run(demo_app, "load", "--into", str(tmp_path))
    assert (tmp_path / "demo-signins.txt").read_bytes() == before["demo-signins.txt"]


def check_ground(ctx: Ctx, station: UUID) -> None:
    kinds = Counter(ctx.session.scalars(select(Unit.kind).where(Unit.station_id == station)))
    assert kinds == {"station": 1, "community": 15, "village": 12, "grid": 111}
    assert set(ctx.session.scalars(select(Unit.source).where(Unit.station_id == station))) == {"synthetic"}
    found = coverage_of(ctx.session, station, limit=10)
    assert (found.gap_count, found.overlap_count, found.without_owner, found.without_active_members) == (0, 0, (), ())
    assert found.covered_m2 == pytest.approx(found.base_m2, rel=1e-5)
    middle = unit_at(ctx.session, station, Point(29.7031, 107.3897))
    assert middle is not None
    assert middle.kind == "grid"
    assert ctx.session.scalar(select(func.count()).select_from(Enterprise)) == ENTERPRISES
    placed = select(func.count()).select_from(Enterprise).join(Unit, Unit.id == Enterprise.unit_id)
    assert ctx.session.scalar(placed.where(func.ST_Covers(Unit.area, Enterprise.point))) == ENTERPRISES
    assert set(ctx.session.scalars(select(Enterprise.synthetic))) == {True}


def check_people(ctx: Ctx, station: UUID) -> None:
    people = ctx.session.scalars(select(Person).where(Person.station_id == station)).all()
    assert all(is_demo_number(person.phone) for person in people)
    assert len(people) == MEMBERS + len(STAFF)
    members = ctx.session.scalars(select(Member).where(Member.station_id == station)).all()
    assert len(members) == MEMBERS
    assert all(member.grid_id for member in members)
    assert len({member.force for member in members}) == 11
    assert ctx.session.scalar(select(func.count()).select_from(UnitOwner)) == 111


def check_papers(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == {
        "demo-signins.txt", "demo-phones.json", "demo-sms-templates.json",
    }  # fmt: skip
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert len(read_roster(folder / "demo-phones.json")) == PHONES
    text = (folder / "demo-signins.txt").read_text("utf-8")
    assert all(name in text for name in ("dispatcher", "supervisor", "admin", "auditor", PASSWORD, "otpauth://totp/"))


def check_sign_in(app: Flask, client: FlaskClient) -> None:
    code = run(app, "code", "dispatcher").output.strip()
    body = {"username": "dispatcher", "password": PASSWORD, "totp": code}
    answer = client.post("/v1/sign-in/password", json=body)
    assert answer.status_code in (200, 201), answer.json
    headers = {"Authorization": f"Bearer {answer.json['access_token']}"}
    assert len(client.get("/v1/members?limit=200", headers=headers).json["items"]) == 200
    assert run(app, "code", "nobody").exit_code == 1


def test_a_load_that_fails_half_way_leaves_nothing(
    demo_app: Flask, ctx: Ctx, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(designing, "ENTERPRISES", 3)
    monkeypatch.setattr(loading, "PASSWORD", "short")
    assert run(demo_app, "load", "--into", str(tmp_path)).exit_code == 1
    assert station_by_code(ctx.session, STATION) is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.unit
def test_a_factor_belongs_to_one_installation_and_one_account() -> None:
    from api.cli.demo.load import factor_secret

    made = {factor_secret(key, name) for key in (b"a" * 32, b"b" * 32) for name in ("admin", "auditor")}
    assert len(made) == 4
    assert all(len(pyotp.TOTP(secret).at(0)) == 6 for secret in made)
