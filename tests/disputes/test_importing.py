"""A file of old cases: every bad cell is said, nothing is lost, nothing is filed twice."""

import csv
import io
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event, text

from api.disputes.errors import CaseHeaderUnfit
from api.disputes.rules.codes import make_book
from api.disputes.rules.sheet import LABELS, bound_faults, fault_text, read_header, read_rows
from api.disputes.rules.sheet.faults import CODES
from api.disputes.rules.sheet.rows import Surroundings
from api.disputes.service import case_template, export_cases, import_cases, list_page
from api.disputes.types import CaseColumn, CaseFault, CaseFile, CaseQuery, CodeRow, RiskSign
from api.followups.queries import plan_of, visits_of
from api.grids.errors import RosterUnreadable
from api.grids.queries import unit_in
from api.grids.rules.sheets import read_sheet, write_xlsx
from tests.builders.disputes import Office, invented_card, make_case, make_office, party
from tests.builders.grids import make_grid, make_station

FIRST = ["登记编号", "登记日期", "纠纷类别", "简要情况", "办理状态", "化解日期", "发生地点", "网格编码"]
WHO = ["申请人", "申请人电话", "申请人证件类型", "申请人证件号码", "被申请人"]
HEADER = [*FIRST, *WHO, "涉及金额", "风险情形", "风险等级"]
GOOD = {"登记日期": "2025-03-03", "纠纷类别": "0203", "简要情况": "噪声", "申请人": "王五"}


def csv_file(*rows: dict[str, str], header: list[str] = HEADER) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(header)
    for row in rows:
        writer.writerow([row.get(name, "") for name in header])
    return out.getvalue().encode()


def good(**kw: str) -> dict[str, str]:
    return {**GOOD, **kw}


@pytest.mark.unit
def test_every_fault_has_its_sentence_in_both_languages() -> None:
    for code in CODES:
        zh, en = fault_text(CaseFault(3, CaseColumn.SUMMARY, code, 2))
        assert zh.startswith("第 3 行，简要情况：")
        assert en.startswith("Row 3, summary ")


@pytest.mark.unit
def test_a_header_is_read_by_any_of_its_names_and_refused_without_what_is_needed() -> None:
    header = read_header(["Category", "登记日期*", "简要情况（必填）", "甲方", "备注"])
    assert set(header.positions) == {
        CaseColumn.CATEGORY, CaseColumn.REPORTED_ON, CaseColumn.SUMMARY, CaseColumn.APPLICANT,
    }  # fmt: skip
    assert header.ignored == ("备注",)
    with pytest.raises(CaseHeaderUnfit) as refusal:
        read_header(["类别", "纠纷类别"])
    assert {issue.code for issue in refusal.value.issues} == {"column_twice", "column_missing"}


@pytest.mark.unit
def test_a_long_report_keeps_every_row() -> None:
    faults = [CaseFault(row, CaseColumn.SUMMARY, "missing") for row in (1, 1, 2, 2)]
    assert bound_faults(faults, limit=1) == ((faults[0], faults[2]), 2)


_BOOK = make_book([CodeRow("category", "0203", 1, None, "噪声污染", "Noise", date(2000, 1, 1), None)])
_CELLS = st.one_of(
    st.sampled_from(
        ["", "0203", "2025-03-03", "红", "29.7", "wgs84", "13812345678", "=1", "已化解", "1e999", "NaN", "1.0"]
    ),
    st.text(max_size=12),
)


@pytest.mark.unit
@settings(max_examples=150)
@given(cells=st.lists(_CELLS, min_size=len(LABELS), max_size=len(LABELS)))
def test_whatever_stands_in_a_row_it_is_filed_or_faulted(cells: list[str]) -> None:
    header = read_header([label.zh for label in LABELS.values()])
    lines, found, rows = read_rows([(2, cells)], header, Surroundings(_BOOK, {}, date(2026, 3, 9)))
    assert rows == bool("".join(cells).strip())
    assert len(lines) + bool(found) == rows
    for fault in found:
        assert all(fault_text(fault))


@pytest.fixture
def office(ctx) -> Office:
    return make_office(ctx)


def run(office: Office, data: bytes, **kw):
    return import_cases(office.supervisor.ctx, CaseFile("old.csv", data, **{"dry_run": False, **kw}))


def faults(report) -> set[tuple[int, str, str]]:
    return {(fault.row, fault.column.value, fault.code) for fault in report.faults}


def count(office: Office) -> int:
    return office.base.session.execute(text("SELECT count(*) FROM disputes")).scalar_one()


def test_every_bad_cell_is_said_and_nothing_is_filed(office: Office) -> None:
    data = csv_file(
        good(),
        good(纠纷类别="鸽子", 登记日期="昨天", 申请人="", 涉及金额="很多", 风险等级="紫"),
        good(办理状态="已化解"),
        good(办理状态="已化解", 化解日期="2025-03-01"),
        good(登记日期="2199-01-01", 风险情形="打雷", 网格编码="999999999999999", 办理状态="忘了"),
        good(申请人电话="12", 申请人证件类型="居民身份证", 申请人证件号码="500102198001010000", 简要情况="=1+1"),
        good(申请人证件号码="1"),
    )
    report = run(office, data)
    assert faults(report) == {
        (3, "category", "code_unknown"), (3, "reported_on", "date_invalid"), (3, "applicant", "missing"),
        (3, "amount", "number_invalid"), (3, "colour", "colour_unknown"), (4, "settled_on", "settled_missing"),
        (5, "settled_on", "settled_before_reported"), (6, "reported_on", "date_in_future"),
        (6, "signs", "signs_unknown"), (6, "grid_code", "grid_unknown"), (6, "state", "state_unknown"),
        (7, "applicant_phone", "phone_invalid"), (7, "applicant_number", "document_number_invalid"),
        (7, "summary", "formula"), (8, "applicant_document", "document_missing"),
    }  # fmt: skip
    assert (report.applied, report.rows, report.created, report.bad) == (False, 7, 1, 6)
    assert count(office) == 0


def test_the_good_rows_are_filed_when_asked_for(office: Office) -> None:
    data = csv_file(good(), good(纠纷类别="鸽子"))
    assert not run(office, data, dry_run=True, keep_good=True).applied
    report = run(office, data, keep_good=True)
    assert (report.applied, report.created, count(office)) == (True, 1, 1)


def test_a_register_number_is_filed_once(office: Office) -> None:
    data = csv_file(good(登记编号="2025-1"), good(登记编号="2025-2"))
    assert run(office, data).created == 2
    again = run(
        office, csv_file(good(登记编号="2025-1"), good(登记编号="2025-3"), good(登记编号="2025-3")), keep_good=True
    )
    assert (again.created, again.known, again.bad) == (1, 1, 1)
    assert faults(again) == {(4, "register_no", "register_twice")}
    assert count(office) == 3
    # Another station counts for itself.
    assert run(make_office(office.base), data).created == 2


def test_words_and_codes_are_understood_alike(office: Office) -> None:
    grid = unit_in(office.base.session, office.station_id, office.grid_id).unit
    row = good(
        纠纷类别="噪声污染", 办理状态="已受理", 网格编码=grid.code, 申请人证件类型="居民身份证",
        申请人证件号码=invented_card("20150101"), 涉及金额="1,200.5元", 风险情形="饮酒、家暴", 风险等级="橙色",
    )  # fmt: skip
    assert run(office, csv_file(row)).applied
    [listed] = list_page(office.chief.ctx, CaseQuery())
    assert (listed["category"], listed["unit_id"], listed["state"]) == ("0203", office.grid_id, "accepted")
    assert (listed["colour"], listed["strict"], listed["source"]) == ("orange", True, "import")
    stored = office.base.session.execute(text("SELECT amount, signs, by_hand, reported_at FROM disputes")).one()
    assert (str(stored.amount), stored.signs, stored.by_hand) == ("1200.50", ["alcohol", "domestic_violence"], True)
    assert stored.reported_at.isoformat() == "2025-03-03T01:00:00+00:00"


def test_a_grid_of_another_station_is_unknown(office: Office) -> None:
    foreign_station = make_station(office.base)
    foreign = unit_in(office.base.session, foreign_station, make_grid(office.base, foreign_station)).unit
    report = run(office, csv_file(good(网格编码=foreign.code)))
    assert faults(report) == {(2, "grid_code", "grid_unknown")}


def test_settled_cases_get_the_visits_that_lie_ahead(office: Office) -> None:
    today = office.base.now.date()
    old = good(办理状态="已化解", 登记日期="2025-03-03", 化解日期="2025-04-01", 登记编号="old")
    new = good(办理状态="已化解", 登记日期="2025-03-03", 化解日期=today.isoformat(), 登记编号="new")
    over = good(办理状态="已办结", 登记日期="2025-03-03", 化解日期="2025-04-01", 登记编号="over")
    assert run(office, csv_file(old, new, over)).applied
    rows = office.base.session.execute(text("SELECT id, register_no, state, due_at FROM disputes")).all()
    by_number = {row.register_no: row for row in rows}
    plans = {number: plan_of(office.base.session, "dispute", row.id) for number, row in by_number.items()}
    assert plans["over"] is None
    assert visits_of(office.base.session, plans["old"].id) == []
    assert len(visits_of(office.base.session, plans["new"].id)) == 3
    # An open one is reminded of from today on; nobody was late before it was in the list.
    assert by_number["new"].due_at > office.base.now
    assert by_number["over"].due_at is None


def test_what_is_no_file_of_cases_is_refused(office: Office) -> None:
    with pytest.raises(CaseHeaderUnfit):
        run(office, csv_file(header=["姓名"]))
    with pytest.raises(RosterUnreadable):
        run(office, b"")


def test_the_report_and_the_trail_hold_no_cell(office: Office) -> None:
    run(office, csv_file(good(申请人="张三丰", 申请人电话="12"), good()), keep_good=True)
    kept = office.base.session.execute(text("SELECT faults::text FROM dispute_imports")).scalar_one()
    trail = office.base.session.execute(text("SELECT string_agg(details::text, '') FROM audit_entries")).scalar_one()
    assert "张三丰" not in kept + trail
    assert '"bad": 1' in trail


def test_the_template_can_be_filled_in_and_read(office: Office) -> None:
    sheet = read_sheet("template.xlsx", case_template(office.supervisor.ctx))
    assert set(read_header(sheet.rows[0][1]).positions) == set(LABELS)


def test_an_export_holds_what_the_list_shows_masked(office: Office) -> None:
    make_case(office.mediator.ctx, category="0101", parties=(party("王小明", phone="13812345678"),))
    make_case(office.mediator.ctx, signs=frozenset({RiskSign.DOMESTIC_VIOLENCE}), parties=(party("李大山"),))
    sheet = read_sheet("export.xlsx", export_cases(office.supervisor.ctx, CaseQuery()))
    lines = [cells for _, cells in sheet.rows]
    assert len(lines) == 2  # the header, and the one case a supervisor may know of
    assert "王**" in lines[1]
    assert "婚恋纠纷" in lines[1]
    assert not any("王小明" in cell or "13812345678" in cell for line in lines for cell in line)


def test_five_thousand_old_cases_with_unknown_codes(office: Office) -> None:
    rows = [
        good(
            登记编号=f"A{number}", 纠纷类别="7777" if number % 50 == 0 else "0203", 申请人=f"申请人{number % 3000}",
            申请人电话=f"138{number % 4000:08d}", 被申请人=f"被申请人{number % 2500}", 发生地点=f"街道{number % 900}号",
            办理状态="已化解" if number % 2 else "已办结", 化解日期="2025-04-01",
        )
        for number in range(5_000)
    ]  # fmt: skip
    data = csv_file(*rows)
    seen: list[str] = []
    engine = office.base.session.get_bind()
    event.listen(engine, "before_cursor_execute", lambda c, cursor, statement, *rest: seen.append(statement))
    report = run(office, data, keep_good=True)
    assert (report.rows, report.created, report.bad, count(office)) == (5_000, 4_900, 100, 4_900)
    assert {code for _, _, code in faults(report)} == {"code_unknown"}
    # A few statements for each thousand rows, never one per row.
    assert len(seen) < 200
    again = run(office, data, keep_good=True)
    assert (again.created, again.known, count(office)) == (0, 4_900, 4_900)


def test_a_workbook_is_read_as_well(office: Office) -> None:
    rows = [HEADER, [good(办理状态="已办结", 化解日期="2025-04-01").get(name, "") for name in HEADER]]
    data = write_xlsx({"旧案": rows}, now=office.base.now)
    assert import_cases(office.supervisor.ctx, CaseFile("old.xlsx", data, dry_run=False)).created == 1
