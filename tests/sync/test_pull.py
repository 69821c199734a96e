"""A phone's copy after any number of pulls is what its owner may see, and nothing else."""

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import event, text

from api.followups.service import set_team
from api.followups.types import Owner, OwnerKind
from api.identity.types import Role
from api.notices.service import withdraw_notice
from api.notices.types import Target
from api.plumbing.context import Ctx, open_ctx
from api.plumbing.db import db
from api.sync.service import pulling
from tests.builders.followups import Town, acting, as_person, make_town, open_plan, own_grid
from tests.builders.incidents import dispatch, make_scene, offers, report
from tests.notices.stage import make_stage, send
from tests.sync.phones import Phone


def test_an_offer_comes_with_its_task_and_loses_it_again(do, phone) -> None:
    scene_ids: dict[str, Any] = {}

    def begin(ctx: Ctx) -> None:
        scene = make_scene(ctx, volunteers=1)
        offer = offers(scene, dispatch(scene, report(scene)))[0]
        scene_ids.update(offer=offer["id"], actor=scene.people[0].actor, person=scene.people[0].person)

    do(begin)
    mine = phone(scene_ids["person"].id, scene_ids["person"].station_id)
    offer = str(scene_ids["offer"])
    assert mine.pull()[0]["reset"]
    assert mine.rows["offers"][offer]["task"] is None
    mine.pull()
    assert mine.resets == 1

    assert mine.rows["offers"][offer] == _shown(mine, offer)

    _answer(mine, offer, "accept")
    mine.pull()
    assert mine.rows["offers"][offer] == _shown(mine, offer)
    assert mine.rows["offers"][offer]["task"]["address"] is not None or mine.rows["offers"][offer]["task"]["ref"]
    _answer(mine, offer, "drop-out")
    [page] = mine.pull()
    assert page["upserts"]["offers"][0]["state"] == "dropped_out"
    assert mine.rows["offers"][offer]["task"] is None


def test_what_goes_to_somebody_else_is_removed_and_comes_back(do, phone) -> None:
    town: Town = do(make_town)
    plan = do(lambda ctx: open_plan(ctx, town))
    [first, *_] = visits = _visits(do, plan)
    mine, other = phone(town.mediator, town.station_id), phone(town.officer, town.station_id)
    mine.pull()
    other.pull()
    assert mine.rows["visits"].keys() == set(visits)
    assert not other.rows["visits"]
    _give(do, town, first, Owner(OwnerKind.PERSON, town.officer))
    mine.pull()
    other.pull()
    assert mine.rows["visits"].keys() == set(visits) - {first}
    assert other.rows["visits"].keys() == {first}
    _give(do, town, first, Owner(OwnerKind.PERSON, town.mediator))
    mine.pull()
    other.pull()
    assert mine.rows["visits"].keys() == set(visits)
    assert not other.rows["visits"]


def test_joining_a_team_brings_its_visits_and_leaving_takes_them(do, phone) -> None:
    town: Town = do(make_town)
    team = UUID(int=77)
    do(lambda ctx: set_team(ctx, team, station_id=town.station_id, people=[town.mediator], leads=[town.mediator]))
    plan = do(lambda ctx: open_plan(ctx, town, owner=Owner(OwnerKind.TEAM, team)))
    visits = set(_visits(do, plan))
    officer = phone(town.officer, town.station_id)
    officer.pull()
    assert not officer.rows["visits"]
    both = [town.mediator, town.officer]
    do(lambda ctx: set_team(ctx, team, station_id=town.station_id, people=both, leads=[town.mediator]))
    officer.pull()
    assert officer.rows["visits"].keys() == visits
    do(lambda ctx: set_team(ctx, team, station_id=town.station_id, people=[town.mediator], leads=[town.mediator]))
    officer.pull()
    assert not officer.rows["visits"]


def test_many_teams_at_once_are_looked_up_in_one_query(do, phone, committed_app) -> None:
    town: Town = do(make_town)
    teams = [UUID(int=100 + number) for number in range(6)]
    visits: set[str] = set()
    for team in teams:
        do(lambda ctx, team=team: set_team(ctx, team, station_id=town.station_id, people=[town.mediator], leads=[]))
        plan = do(lambda ctx, team=team: open_plan(ctx, town, owner=Owner(OwnerKind.TEAM, team)))
        visits |= set(_visits(do, plan))
    officer = phone(town.officer, town.station_id)
    officer.pull()
    for team in teams:
        both = [town.mediator, town.officer]
        do(lambda ctx, team=team, both=both: set_team(ctx, team, station_id=town.station_id, people=both, leads=[]))
    asked: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        asked.append(statement)

    with committed_app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        officer.pull()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert officer.rows["visits"].keys() == visits
    # Who it is, what stands for them, what is new, whose visits those are, and the visits.
    assert len(asked) == 5, asked


def test_answering_for_a_grid_brings_its_visits(do, phone) -> None:
    town: Town = do(make_town)
    plan = do(lambda ctx: open_plan(ctx, town, owner=Owner(OwnerKind.GRID, town.grid_id)))
    mediator = phone(town.mediator, town.station_id)
    mediator.pull()
    assert not mediator.rows["visits"]
    do(lambda ctx: own_grid(ctx, town.station_id, town.grid_id, town.mediator))
    mediator.pull()
    assert mediator.rows["visits"].keys() == set(_visits(do, plan))


def test_a_notice_comes_to_those_it_means_and_goes_when_withdrawn(do, phone) -> None:
    people: dict[str, Any] = {}

    def write(ctx: Ctx) -> UUID:
        stage = make_stage(ctx)
        people.update(east=stage.add("east", "e1"), west=stage.add("west", "w1"), station=stage.station_id)
        people["desk"] = desk = stage.desk(Role.DISPATCHER)
        return send(desk, Target(unit_ids=(stage.east,))).id

    notice = str(do(write))
    east, west = (phone(people[name].id, people["station"]) for name in ("east", "west"))
    east.pull()
    west.pull()
    assert east.rows["notices"].keys() == {notice}
    assert not west.rows["notices"]
    east.app.test_client().post(f"/v1/notices/{notice}/read", headers=east.headers)
    east.pull()
    assert east.rows["notices"][notice]["read_at"] is not None
    shown = east.app.test_client().get(f"/v1/notices/{notice}", headers=east.headers).json
    assert east.rows["notices"][notice] == shown
    do(lambda ctx: withdraw_notice(acting_desk(ctx, people["desk"]), notice_id=UUID(notice)))
    east.pull()
    west.pull()
    assert not east.rows["notices"]
    assert not west.rows["notices"]


def test_pages_end_by_bytes_and_together_are_everything(do, phone, monkeypatch) -> None:
    town: Town = do(make_town)
    plans = [do(lambda ctx: open_plan(ctx, town)) for _ in range(4)]
    visits = {visit for plan in plans for visit in _visits(do, plan)}
    monkeypatch.setattr(pulling, "PAGE_BYTES", 1_500)
    mine = phone(town.mediator, town.station_id)
    pages = mine.pull()
    assert len(pages) > 3
    assert all(len(page["upserts"].get("visits", [])) <= 4 for page in pages)
    assert mine.rows["visits"].keys() == visits
    do(lambda ctx: ctx.session.execute(text("UPDATE visits SET role = 'other'")))
    pages = mine.pull()
    assert len(pages) > 3
    assert {row["role"] for row in mine.rows["visits"].values()} == {"other"}
    assert sum(len(page["upserts"].get("visits", [])) for page in pages) == len(visits)


def test_what_changes_between_the_pages_of_a_first_look_comes_after_them(do, phone, monkeypatch) -> None:
    town: Town = do(make_town)
    plan = do(lambda ctx: open_plan(ctx, town))
    monkeypatch.setattr(pulling, "PAGE_BYTES", 10)
    mine = phone(town.mediator, town.station_id)
    mine.pull(once=True)
    later = do(lambda ctx: open_plan(ctx, town))
    do(lambda ctx: ctx.session.execute(text("UPDATE visits SET role = 'other'")))
    mine.pull()
    mine.pull()
    assert mine.rows["visits"].keys() == {*_visits(do, plan), *_visits(do, later)}
    assert {row["role"] for row in mine.rows["visits"].values()} == {"other"}


def test_a_cursor_may_be_used_again_after_a_lost_answer(do, phone) -> None:
    town: Town = do(make_town)
    mine = phone(town.mediator, town.station_id)
    mine.pull()
    lost = mine.cursor
    do(lambda ctx: open_plan(ctx, town))
    first = mine.pull()
    mine.cursor = lost
    assert mine.pull()[0]["upserts"] == first[0]["upserts"]


def test_a_cursor_from_long_ago_begins_anew(do, phone) -> None:
    town: Town = do(make_town)
    do(lambda ctx: open_plan(ctx, town))
    mine = phone(town.mediator, town.station_id)
    mine.pull()
    mine.rows["visits"]["ghost"] = {}
    do(lambda ctx: ctx.session.execute(text("UPDATE changes SET at = at - interval '1 day'")))
    assert mine.pull()[0]["reset"]
    assert "ghost" not in mine.rows["visits"]


def test_somebody_elses_cursor_is_worth_nothing(do, phone) -> None:
    town: Town = do(make_town)
    mine, other = phone(town.mediator, town.station_id), phone(town.officer, town.station_id)
    mine.pull()
    answer = other.app.test_client().get("/v1/sync", query_string={"cursor": mine.cursor}, headers=other.headers)
    assert (answer.status_code, answer.json["code"]) == (422, "bad_cursor")


def test_a_large_page_is_packed_for_whoever_takes_it(do, phone) -> None:
    town: Town = do(make_town)
    do(lambda ctx: open_plan(ctx, town))
    mine = phone(town.mediator, town.station_id)
    packed = mine.app.test_client().get("/v1/sync", headers={**mine.headers, "Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    plain = mine.app.test_client().get("/v1/sync", headers=mine.headers)
    assert "Content-Encoding" not in plain.headers
    assert json.loads(gzip.decompress(packed.data))["upserts"] == plain.json["upserts"]
    assert len(packed.data) < len(plain.data) / 2


def test_a_row_in_sync_is_the_row_of_the_other_routes(do, phone) -> None:
    town: Town = do(make_town)
    do(lambda ctx: open_plan(ctx, town))
    mine = phone(town.mediator, town.station_id)
    mine.pull()
    listed = mine.app.test_client().get("/v1/visits?days=60", headers=mine.headers).json["items"]
    assert {row["id"]: row for row in listed} == mine.rows["visits"]


def acting_desk(ctx: Ctx, desk: Ctx) -> Ctx:
    """The desk's person, in this unit of work."""
    return replace(open_ctx(ctx.session, desk.actor, request_id="test"), entropy=ctx.entropy)


def _answer(phone: Phone, offer: str, answer: str) -> None:
    done = phone.app.test_client().post(f"/v1/offers/{offer}/{answer}", json={}, headers=phone.headers)
    assert done.status_code == 200, done.json


def _shown(phone: Phone, offer: str) -> dict[str, Any]:
    return phone.app.test_client().get(f"/v1/offers/{offer}", headers=phone.headers).json


def _visits(do: Callable[..., Any], plan: UUID) -> list[str]:
    statement = text("SELECT id FROM visits WHERE plan_id = :plan ORDER BY number")
    return do(lambda ctx: [str(row) for row in ctx.session.scalars(statement, {"plan": plan})])


def _give(do: Callable[..., Any], town: Town, visit: str, owner: Owner) -> None:
    def give(ctx: Ctx) -> None:
        acting.reassign_visit(as_person(ctx, town, town.supervisor, Role.SUPERVISOR), UUID(visit), owner=owner)

    do(give)
