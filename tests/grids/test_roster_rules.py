"""The pure rules of a roster: header, rows, plan, words, and the way out and in again."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.grids.errors import RosterHeaderUnfit
from api.grids.rules.roster import (
    EXPORTED,
    bound_faults,
    fault_text,
    header_line,
    index_words,
    label_words,
    plan_changes,
    read_header,
    read_rows,
    roster_line,
)
from api.grids.rules.roster.faults import CODES
from api.grids.rules.roster.rows import parse_day, read_row
from api.grids.types import (
    Column,
    Enrolled,
    MemberStatus,
    RosterLine,
    RosterRow,
    RowFault,
    SkillHeld,
    Vocabulary,
    Word,
)
from api.identity.types import Language, Role

pytestmark = pytest.mark.unit

FORCES = [Word("volunteer", "平安志愿者", "Safety volunteers"), Word("medic", "医务人员", "Medics")]
SKILLS = [Word("first_aid", "急救", "First aid"), Word("driving", "驾驶", "Driving")]
GRID = UUID(int=7)
WORDS = Vocabulary(index_words(FORCES), index_words(SKILLS), {"500102008001001": GRID})
GOOD = {Column.NAME: "李梅", Column.PHONE: "13812345678", Column.FORCE: "平安志愿者"}


def read(**cells: str) -> RosterRow | list[str]:
    row, faults = read_row(2, GOOD | {Column(name): cell for name, cell in cells.items()}, WORDS)
    return row if row is not None else [f"{fault.column}:{fault.code}" for fault in faults]


def test_the_header_is_known_by_many_names() -> None:
    header = read_header(
        ["序号", " 姓名* ", "联系电话", "群防群治力量", "Grid Code", "技能（特长）", "证书到期(年-月-日)", ""]
    )
    assert header.positions == {
        Column.NAME: 1, Column.PHONE: 2, Column.FORCE: 3, Column.GRID_CODE: 4, Column.SKILLS: 5, Column.EXPIRES: 6,
    }  # fmt: skip
    assert header.ignored == ("序号",)


@pytest.mark.parametrize(
    ("cells", "codes"),
    [
        ([], {"column_missing"}),
        (["姓名", "手机号"], {"column_missing"}),
        (["name", "phone", "force", "手机"], {"column_twice"}),
    ],
)
def test_a_header_that_misses_or_doubles_a_column_is_refused(cells: list[str], codes: set[str]) -> None:
    with pytest.raises(RosterHeaderUnfit) as refusal:
        read_header(cells)
    assert {issue.code for issue in refusal.value.issues} == codes


def test_a_full_row_is_read() -> None:
    row = read(
        grid_code="500102008001001", skills="急救、Driving", expires="first_aid=2027-05-31", roles="网格员；mediator",
        language="英文", status="待激活", joined_on="2024年3月1日",
    )  # fmt: skip
    assert row == RosterRow(
        row=2,
        name="李梅",
        phone="+8613812345678",
        force="volunteer",
        grid_id=GRID,
        skills=(SkillHeld("driving"), SkillHeld("first_aid", date(2027, 5, 31))),
        language=Language.EN,
        roles=(Role.GRID_OFFICER, Role.MEDIATOR),
        status=MemberStatus.PENDING,
        joined_on=date(2024, 3, 1),
    )


def test_a_column_that_is_not_there_differs_from_an_empty_cell() -> None:
    absent, empty = read(), read(grid_code="", skills="")
    assert (absent.skills, empty.skills, empty.grid_id) == (None, (), None)
    assert absent.grid_id is not None


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ({"name": ""}, "name:missing"),
        ({"name": "李" * 51}, "name:too_long"),
        ({"name": "=HYPERLINK(1)"}, "name:formula"),
        ({"name": "@SUM(1)"}, "name:formula"),
        ({"name": "-1+2"}, "name:bad_characters"),
        ({"name": "李\x07梅"}, "name:bad_characters"),
        ({"phone": ""}, "phone:missing"),
        ({"phone": "1381234567"}, "phone:phone_invalid"),
        ({"phone": "023-72223333"}, "phone:phone_landline"),
        ({"phone": "138****5678"}, "phone:phone_invalid"),
        ({"phone": "=1+1"}, "phone:formula"),
        ({"force": ""}, "force:missing"),
        ({"force": "飞虎队"}, "force:force_unknown"),
        ({"grid_code": "500102008001999"}, "grid_code:grid_unknown"),
        ({"skills": "急救、飞行"}, "skills:skill_unknown"),
        ({"skills": "急救、first_aid"}, "skills:skill_twice"),
        ({"skills": "急救", "expires": "明年"}, "expires:expires_invalid"),
        ({"skills": "急救", "expires": "2027-02-30"}, "expires:expires_invalid"),
        ({"skills": "急救", "expires": "driving=2027-01-01"}, "expires:expires_without_skill"),
        ({"skills": "", "expires": "2027-01-01"}, "expires:expires_without_skill"),
        ({"roles": "station_admin"}, "roles:role_not_by_roster"),
        ({"roles": "国王"}, "roles:role_unknown"),
        ({"language": "fr"}, "language:language_unknown"),
        ({"status": "忙"}, "status:status_unknown"),
        ({"joined_on": "01/02/2024"}, "joined_on:date_invalid"),
        ({"skills": "急" * 501}, "skills:too_long"),
    ],
)
def test_each_bad_cell_is_named(cells: dict[str, str], fault: str) -> None:
    assert read(**cells) == [fault]


def test_every_fault_of_a_row_is_told() -> None:
    assert read(name="", phone="12", force="x", status="y") == [
        "name:missing", "phone:phone_invalid", "force:force_unknown", "status:status_unknown",
    ]  # fmt: skip


def test_every_fault_has_its_sentence_in_both_languages() -> None:
    for code in CODES:
        zh, en = fault_text(RowFault(12, Column.PHONE, code, 3))
        assert "第 12 行，手机号" in zh
        assert "Row 12, phone" in en
        assert en.isascii()


def test_a_number_twice_counts_for_its_first_row() -> None:
    header = read_header(["姓名", "手机号", "力量"])
    rows = [
        (2, ("李梅", "13812345678", "medic")),
        (3, ("", "", " ")),
        (4, ("王强", "+86 138 1234 5678", "medic")),
        (5, ("", "13912345678", "medic")),
    ]
    good, faults, count = read_rows(rows, header, WORDS)
    assert ([row.row for row in good], count) == ([2], 3)
    assert faults == [RowFault(4, Column.PHONE, "phone_twice", 2), RowFault(5, Column.NAME, "missing")]


def test_the_report_is_bounded_but_names_every_row() -> None:
    faults = [RowFault(row, column, "missing") for row in range(1, 101) for column in Column]
    kept, left_out = bound_faults(faults, 50)
    assert {fault.row for fault in kept} == set(range(1, 101))
    assert len(kept) + left_out == len(faults)
    assert len(kept) <= 50 + 100


PERSON = UUID(int=1)
KNOWN = Enrolled(
    PERSON, "李梅", UUID(int=2), "volunteer", GRID, "active", date(2024, 1, 1), 3, {"first_aid": date(2027, 5, 31)}
)


def planned(known: Enrolled, **cells: str) -> str:
    plan = plan_changes([read(**cells)], {"+8613812345678": known})
    if plan.faults:
        return plan.faults[0].code
    return "created" if plan.created else "updated" if plan.updated else "unchanged"


@pytest.mark.parametrize(
    ("known", "cells", "outcome"),
    [
        (Enrolled(PERSON, "李梅"), {}, "created"),
        (Enrolled(PERSON, "李梅"), {"status": "pending"}, "created"),
        (Enrolled(PERSON, "李梅"), {"status": "left"}, "status_not_by_roster"),
        (Enrolled(PERSON, "李小梅"), {}, "name_differs"),
        (KNOWN, {}, "unchanged"),
        (KNOWN, {"status": "在册", "grid_code": "500102008001001", "joined_on": "2024-01-01"}, "unchanged"),
        (KNOWN, {"skills": "急救", "expires": "2027-05-31"}, "unchanged"),
        (KNOWN, {"skills": "急救"}, "updated"),
        (KNOWN, {"skills": ""}, "updated"),
        (KNOWN, {"grid_code": ""}, "updated"),
        (KNOWN, {"force": "medic"}, "updated"),
        (KNOWN, {"joined_on": "2024-01-02"}, "updated"),
        (KNOWN, {"joined_on": ""}, "unchanged"),
        (KNOWN, {"roles": "mediator", "language": "en"}, "unchanged"),
        (KNOWN, {"status": "suspended"}, "status_not_by_roster"),
        (Enrolled(PERSON, "李梅", UUID(int=2), "volunteer", None, "left"), {}, "member_left"),
        (Enrolled(PERSON, "李梅", UUID(int=2), "volunteer", None, "left"), {"status": "离队"}, "unchanged"),
    ],
)
def test_what_a_row_would_do(known: Enrolled, cells: dict[str, str], outcome: str) -> None:
    assert planned(known, **cells) == outcome


def test_a_label_that_two_words_share_stands_for_neither() -> None:
    words = [Word("patrol", "巡逻队", "Patrol"), Word("river_patrol", "巡逻队", "River patrol", common=False)]
    assert index_words(words) == {
        "patrol": "patrol", "river_patrol": "river_patrol", "river patrol": "river_patrol",
    }  # fmt: skip
    assert label_words(words) == {"patrol": "patrol", "river_patrol": "river_patrol"}


@pytest.mark.parametrize("text", ["2027-5-31", "2027/05/31", "2027.5.31", "2027年5月31日", "2027-05-31 00:00:00"])
def test_a_day_is_known_in_the_ways_people_write_it(text: str) -> None:
    assert parse_day(text) == date(2027, 5, 31)


any_text = st.text(max_size=60)
cells = st.fixed_dictionaries(
    dict.fromkeys((Column.NAME, Column.PHONE, Column.FORCE), any_text),
    optional={column: any_text for column in Column if column not in (Column.NAME, Column.PHONE, Column.FORCE)},
)


@given(cells)
def test_any_cells_at_all_are_a_row_or_faults_never_both(given_cells: dict[Column, str]) -> None:
    row, faults = read_row(9, given_cells, WORDS)
    assert (row is None) == bool(faults)
    assert len({fault.column for fault in faults}) == len(faults)
    for fault in faults:
        fault_text(fault)


mobile = st.integers(0, 999_999_99).map(lambda number: f"+86138{number:08d}")
lines = st.builds(
    RosterLine,
    name=st.text("李梅王强abcXYZ·", min_size=1, max_size=20).filter(lambda name: name[0] != "·"),
    phone=mobile,
    force=st.sampled_from(["volunteer", "medic"]),
    grid_code=st.sampled_from([None, "500102008001001"]),
    skills=st.dictionaries(
        st.sampled_from(["first_aid", "driving"]), st.none() | st.dates(date(1900, 1, 1), date(2200, 12, 31))
    ),
    language=st.sampled_from(["zh-CN", "en"]),
    status=st.sampled_from(sorted(MemberStatus)),
    joined_on=st.dates(date(1900, 1, 1), date(2200, 12, 31)),
)


@given(lines)
@settings(max_examples=200)
def test_what_is_written_is_read_back_as_unchanged(line: RosterLine) -> None:
    header = read_header(header_line(EXPORTED))
    written = roster_line(line, label_words(FORCES), label_words(SKILLS))
    good, faults, _ = read_rows([(2, written)], header, WORDS)
    assert faults == []
    known = Enrolled(
        PERSON, line.name, UUID(int=2), line.force, GRID if line.grid_code else None, line.status, line.joined_on, 1,
        line.skills,
    )  # fmt: skip
    plan = plan_changes(good, {line.phone: known})
    assert (plan.unchanged, plan.faults) == (1, [])


def test_rows_are_read_as_far_as_the_header_goes() -> None:
    header = read_header(["姓名", "手机号", "力量"])
    good, faults, _ = read_rows([(2, ("李梅", "13812345678", "medic", "extra")), (3, ("王强",))], header, WORDS)
    assert len(good) == 1
    assert {fault.code for fault in faults} == {"missing"}
