"""The cases a person needs to know, and the words of their station, on their phone."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from api.disputes.queries.cases import lock_case
from api.disputes.service.knowing import let_in, set_team_insiders
from api.disputes.types import InsiderWhy
from api.plumbing.changes import EVERYBODY
from api.plumbing.context import Ctx
from api.sync.schemas.pulling import ReferenceSchema
from tests.builders.disputes import Office, Worker, couple, make_case, make_office
from tests.builders.grids import make_grid, make_station

PHONE = "+8613800138000"


def _acting(ctx: Ctx, worker: Worker) -> Ctx:
    return replace(worker, base=ctx).ctx


def _case(do, office: Office, **kw) -> str:
    return str(do(lambda ctx: make_case(_acting(ctx, office.mediator), **kw)))


def _team(do, office: Office, case: str, people: list[UUID]) -> None:
    def change(ctx: Ctx) -> None:
        head = lock_case(ctx.session, UUID(case), station_id=None)
        assert head is not None
        set_team_insiders(_acting(ctx, office.mediator), head, people)

    do(change)


def test_a_case_is_on_the_phones_of_its_people_and_of_nobody_else(do, phone) -> None:
    office: Office = do(make_office)
    mine, other = (phone(each.id, office.station_id) for each in (office.mediator, office.other))
    supervisor = phone(office.supervisor.id, office.station_id)
    for each in (mine, other, supervisor):
        each.pull()
    case = _case(do, office, address="建设路 7 号", parties=couple(his_phone=PHONE))
    for each in (mine, other, supervisor):
        each.pull()
    assert mine.rows["cases"].keys() == {case}
    assert not other.rows["cases"]
    assert not supervisor.rows["cases"]  # may read it, but does not work on it
    row = mine.rows["cases"][case]
    assert (row["summary"], row["address"]) == ("楼上半夜噪声，双方争吵", "建设路 7 号")
    assert {each["name"] for each in row["parties"]} == {"王**", "李**"}
    assert PHONE not in str(row)


def test_joining_brings_a_case_and_leaving_takes_it(do, phone) -> None:
    office: Office = do(make_office)
    case = _case(do, office)
    mine, other = (phone(each.id, office.station_id) for each in (office.mediator, office.other))
    mine.pull()
    other.pull()
    _team(do, office, case, [office.other.id])
    mine.pull()
    other.pull()
    assert not mine.rows["cases"]  # its receiver is out once it has a team
    assert other.rows["cases"].keys() == {case}
    _team(do, office, case, [office.mediator.id])
    mine.pull()
    other.pull()
    assert mine.rows["cases"].keys() == {case}
    assert not other.rows["cases"]


def test_a_strict_case_comes_to_who_is_let_in(do, phone) -> None:
    office: Office = do(make_office)
    case = _case(do, office, parties=(replace(couple()[0], minor=True), couple()[1]))
    other = phone(office.other.id, office.station_id)
    other.pull()
    assert not other.rows["cases"]
    do(lambda ctx: let_in(_acting(ctx, office.mediator), UUID(case), [office.other.id], InsiderWhy.NAMED))
    other.pull()
    assert other.rows["cases"][case]["strict"] is True


def test_what_changes_in_a_case_or_its_parties_comes(do, phone) -> None:
    office: Office = do(make_office)
    case = _case(do, office)
    mine = phone(office.mediator.id, office.station_id)
    mine.pull()
    do(lambda ctx: ctx.session.execute(text("UPDATE disputes SET colour = 'red'")))
    mine.pull()
    assert mine.rows["cases"][case]["colour"] == "red"
    do(lambda ctx: ctx.session.execute(text("UPDATE dispute_parties SET removed_at = now() WHERE role = 'respondent'")))
    mine.pull()
    assert [each["role"] for each in mine.rows["cases"][case]["parties"]] == ["applicant"]


def test_every_copy_of_a_case_is_in_the_trail(do, phone) -> None:
    office: Office = do(make_office)
    case = _case(do, office)
    mine = phone(office.mediator.id, office.station_id)
    mine.pull()
    mine.pull()  # nothing new: nothing read
    trail = text("SELECT actor_id, subject_id, details FROM audit_entries WHERE action = 'dispute.read'")
    found = do(lambda ctx: ctx.session.execute(trail).all())
    told = {"masked": False, "parties": 2, "copied": True}
    assert [tuple(row) for row in found] == [(office.mediator.id, UUID(case), told)]


def test_an_ended_case_stays_as_ended_for_a_month(do, phone) -> None:
    office: Office = do(make_office)
    case = _case(do, office)
    mine = phone(office.mediator.id, office.station_id)
    mine.pull()
    _end(do, timedelta(days=1))
    mine.pull()
    assert mine.rows["cases"][case]["state"] == "withdrawn"
    _end(do, timedelta(days=31))
    mine.pull()
    assert not mine.rows["cases"]
    anew = phone(office.mediator.id, office.station_id)
    anew.pull()
    assert not anew.rows["cases"]


def _end(do, ago: timedelta) -> None:
    ended = text("UPDATE disputes SET state = 'withdrawn', due_at = NULL, ended_at = now() - :ago")
    do(lambda ctx: ctx.session.execute(ended, {"ago": ago}))


def test_a_role_without_disputes_copies_none_and_gives_back_what_it_had(do, phone) -> None:
    office: Office = do(make_office)
    case = _case(do, office)
    had = phone(office.mediator.id, office.station_id)
    had.pull()
    assert had.rows["cases"].keys() == {case}
    less = text("UPDATE people SET roles = '{volunteer}' WHERE id = :id")
    do(lambda ctx: ctx.session.execute(less, {"id": office.mediator.id}))
    anew = phone(office.mediator.id, office.station_id)
    anew.pull()
    assert not anew.rows["cases"]
    do(lambda ctx: ctx.session.execute(text("UPDATE disputes SET colour = 'red'")))
    had.pull()
    assert not had.rows["cases"]


def test_a_phone_has_the_words_of_its_station(do, phone) -> None:
    office: Office = do(make_office)
    foreign = do(lambda ctx: make_grid(ctx, make_station(ctx)))
    mine = phone(office.mediator.id, office.station_id)
    mine.pull()
    rows = mine.rows["reference"]
    kinds = {row["kind"] for row in rows.values()}
    assert {"force", "skill", "station", "grid", "dispute_category", "dispute_ethnicity"} <= kinds
    assert str(office.grid_id) in rows
    assert str(foreign) not in rows
    [noise] = [row for row in rows.values() if (row["kind"], row["code"]) == ("dispute_category", "0203")]
    assert rows[noise["parent_id"]]["code"] == "02"
    assert rows[str(office.grid_id)]["parent_id"] in rows
    codes = do(lambda ctx: ctx.session.scalar(text("SELECT count(DISTINCT (list, code)) FROM dispute_codes")))
    assert sum(row["kind"].startswith("dispute_") for row in rows.values()) == codes


def test_a_new_word_comes_to_its_station_and_a_common_one_to_all(do, phone) -> None:
    office, elsewhere = do(make_office), do(make_office)
    mine, far = phone(office.mediator.id, office.station_id), phone(elsewhere.mediator.id, elsewhere.station_id)
    mine.pull()
    far.pull()
    own, common = UUID(int=701), UUID(int=702)
    add = text("INSERT INTO skills (id, station_id, code, zh, en) VALUES (:id, :station, :code, :code, 'x')")
    do(lambda ctx: ctx.session.execute(add, {"id": own, "station": office.station_id, "code": "rowing"}))
    do(lambda ctx: ctx.session.execute(add, {"id": common, "station": None, "code": "climbing"}))
    do(lambda ctx: ctx.session.execute(text("UPDATE units SET name = '新名' WHERE id = :id"), {"id": office.grid_id}))
    [page] = mine.pull()
    assert {row["id"] for row in page["upserts"]["reference"]} == {str(own), str(common), str(office.grid_id)}
    [page] = far.pull()
    assert {row["id"] for row in page["upserts"]["reference"]} == {str(common)}
    assert mine.rows["reference"][str(office.grid_id)]["zh"] == "新名"
    do(lambda ctx: ctx.session.execute(text("DELETE FROM skills WHERE id = :id"), {"id": common}))
    far.pull()
    assert str(common) not in far.rows["reference"]


def test_a_unit_that_ends_is_removed_and_one_of_tomorrow_is_there(do, phone) -> None:
    office: Office = do(make_office)
    mine = phone(office.mediator.id, office.station_id)
    mine.pull()
    _valid(do, office.grid_id, "current_date + 3")
    mine.pull()
    assert mine.rows["reference"][str(office.grid_id)]["valid_to"] is not None
    _valid(do, office.grid_id, "valid_from")
    mine.pull()
    assert str(office.grid_id) not in mine.rows["reference"]


def _valid(do, unit: UUID, until: str) -> None:
    do(lambda ctx: ctx.session.execute(text(f"UPDATE units SET valid_to = {until} WHERE id = :id"), {"id": unit}))


def test_new_versions_of_codes_come_to_everybody(do, phone) -> None:
    office: Office = do(make_office)
    mine = phone(office.mediator.id, office.station_id)
    mine.pull()
    add = text("INSERT INTO dispute_codes (list, code, version, parent, zh, en, valid_from)"
               " VALUES ('category', '0203', 9, '02', '噪声', 'Noise', :day)")  # fmt: skip
    do(lambda ctx: ctx.session.execute(add, {"day": ctx.now.date() - timedelta(days=2)}))
    [page] = mine.pull()
    [row] = page["upserts"]["reference"]
    assert (row["code"], row["zh"]) == ("0203", "噪声")
    audiences = text("SELECT DISTINCT audience FROM changes WHERE collection = 'reference' AND row_id = :id")
    assert do(lambda ctx: list(ctx.session.scalars(audiences, {"id": UUID(row["id"])}))) == [EVERYBODY]


def test_a_listed_word_is_what_its_schema_says(do, phone) -> None:
    office: Office = do(make_office)
    mine = phone(office.mediator.id, office.station_id)
    mine.pull()
    fields: dict[str, Any] = ReferenceSchema().fields
    assert all(list(row) == list(fields) for row in mine.rows["reference"].values())
