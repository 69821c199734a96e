"""Rosters over HTTP: dry first, every bad row named, twice changes nothing, nothing half-written, no formula out."""

import csv
import io
import time
from typing import Any
from uuid import UUID

import openpyxl
import pytest
from sqlalchemy import select

from api.audit.queries import entries_of
from api.grids.models import Member, MemberSkill, RosterImport
from api.grids.rules.sheets import MAX_ROWS
from api.grids.rules.sheets.cells import DANGEROUS
from api.identity.queries import person_by_phone
from api.identity.rules import MATRIX
from api.identity.types import Permission, Role
from api.plumbing.context import Ctx
from api.plumbing.timers import Timer
from tests.builders.grids import make_grid, make_member, make_station
from tests.builders.identity import enroll

HEAD = ["姓名", "手机号", "力量", "网格编码", "技能", "证书到期", "角色", "语言"]
GRID = "500102008001001"
ROWS = [
    ["李梅", "13800000001", "网格员", GRID, "急救、驾驶", "急救=2030-05-31", "网格员", ""],
    ["王强", "138 0000 0002", "medic", "", "first_aid", "2030-01-01", "", "en"],
    ["赵敏", "+8613800000003", "Volunteer patrol", GRID, "", "", "", ""],
]


@pytest.fixture
def grid(ctx: Ctx, station: UUID) -> UUID:
    return make_grid(ctx, station, code=GRID)


def sheet(*rows: list[Any], head: list[str] = HEAD) -> bytes:
    book = openpyxl.Workbook()
    for row in (head, *rows):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def comma(*rows: list[str], head: list[str] = HEAD) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([head, *rows])
    return out.getvalue().encode()


def send(desk, data: bytes, name: str = "roster.xlsx", **form: str):
    return desk.post("/v1/roster/imports", data={"file": (io.BytesIO(data), name), **form})


def counts(report: dict[str, Any]) -> tuple[int, ...]:
    return tuple(report[key] for key in ("rows", "created", "updated", "unchanged", "bad"))


def problem(answer) -> tuple[int, str]:
    return answer.status_code, answer.json["code"]


def members(ctx: Ctx, station: UUID) -> list[Member]:
    ctx.session.expire_all()
    return list(ctx.session.scalars(select(Member).where(Member.station_id == station)))


def test_a_dry_run_says_what_would_happen_and_does_nothing(desk, ctx: Ctx, station: UUID, grid: UUID) -> None:
    answer = send(desk, sheet(*ROWS))
    assert answer.status_code == 201
    assert counts(answer.json) == (3, 3, 0, 0, 0)
    assert (answer.json["dry_run"], answer.json["applied"], answer.json["faults"]) == (True, False, [])
    assert members(ctx, station) == []
    assert person_by_phone(ctx.session, station, "13800000001") is None
    assert entries_of(ctx.session, station, before=None, limit=1)[0].action == "roster.checked"


def test_an_import_enrols_everybody_and_a_second_changes_nothing(desk, ctx: Ctx, station: UUID, grid: UUID) -> None:
    first = send(desk, sheet(*ROWS), dry_run="false").json
    assert (first["applied"], counts(first)) == (True, (3, 3, 0, 0, 0))
    before = [(row.id, row.version) for row in members(ctx, station)]
    listed = {member["name"]: member for member in desk.get("/v1/members").json["items"]}
    assert listed["李梅"]["grid"]["code"] == GRID
    assert [(s["skill"], s["expires_on"]) for s in listed["李梅"]["skills"]] == [
        ("driving", None),
        ("first_aid", "2030-05-31"),
    ]
    assert [listed[name]["force"] for name in ("李梅", "王强", "赵敏")] == ["grid_officer", "medic", "patrol"]
    assert {member["status"] for member in listed.values()} == {"active"}
    for again in (sheet(*ROWS), comma(*ROWS)):
        report = send(desk, again, "r.csv" if again.startswith(b"\xe5") else "r.xlsx", dry_run="false").json
        assert (report["applied"], counts(report)) == (True, (3, 0, 0, 3, 0))
    assert [(row.id, row.version) for row in members(ctx, station)] == before


def test_a_changed_row_updates_its_member_and_orders_one_refresh(desk, ctx: Ctx, station: UUID, grid: UUID) -> None:
    send(desk, sheet(*ROWS), dry_run="false")
    number = ctx.session.scalars(select(MemberSkill).where(MemberSkill.skill == "driving")).one()
    number.certificate_no = "DRV-0001"
    ctx.session.flush()
    changed = [["李梅", "13800000001", "volunteer", "", "驾驶、游泳", "", "", ""], *ROWS[1:]]
    report = send(desk, sheet(*changed), dry_run="false").json
    assert counts(report) == (3, 0, 1, 2, 0)
    [member] = [m for m in desk.get("/v1/members").json["items"] if m["name"] == "李梅"]
    assert (member["force"], member["grid"], member["version"]) == ("volunteer", None, 2)
    assert {s["skill"]: s["certificate_no"] for s in member["skills"]} == {"driving": "****0001", "swimming": None}
    jobs = ctx.session.scalars(select(Timer).where(Timer.subject_id == UUID(report["id"]))).all()
    assert [(job.job, job.args) for job in jobs] == [
        ("workers.jobs.grids.refresh_members", {"member_ids": [member["id"]]})
    ]


def test_columns_that_are_not_there_change_nothing(desk, grid: UUID) -> None:
    send(desk, sheet(*ROWS), dry_run="false")
    report = send(desk, sheet(*[row[:3] for row in ROWS], head=HEAD[:3]), dry_run="false").json
    assert counts(report) == (3, 0, 0, 3, 0)


BAD = [
    ["", "13800000004", "网格员", "", "", "", "", ""],
    ["孙丽", "023-72223333", "飞虎队", "500102008001999", "飞行", "明天", "station_admin", "fr"],
    ["王强", "13800000002", "medic", "", "", "", "", ""],
    ["=HYPERLINK(\"http://x\")", "13800000006", "medic", "", "", "", "", ""],
]  # fmt: skip


def test_every_bad_row_is_named_with_its_column_in_both_languages(desk, ctx: Ctx, station: UUID, grid: UUID) -> None:
    report = send(desk, sheet(*ROWS, *BAD), dry_run="false").json
    assert (report["applied"], counts(report)) == (False, (7, 3, 0, 0, 4))
    assert [(f["row"], f["column"], f["code"]) for f in report["faults"]] == [
        (5, "name", "missing"),
        (6, "phone", "phone_landline"),
        (6, "force", "force_unknown"),
        (6, "grid_code", "grid_unknown"),
        (6, "roles", "role_not_by_roster"),
        (6, "language", "language_unknown"),
        (6, "skills", "skill_unknown"),
        (7, "phone", "phone_twice"),
        (8, "name", "formula"),
    ]
    fault = report["faults"][7]
    assert fault["zh"] == "第 7 行，手机号：与第 3 行重复。"
    assert fault["en"] == "Row 7, phone is the same as in row 3."
    assert members(ctx, station) == []
    assert person_by_phone(ctx.session, station, "13800000001") is None


def test_the_good_rows_can_be_kept(desk, ctx: Ctx, station: UUID, grid: UUID) -> None:
    report = send(desk, sheet(*ROWS, *BAD), dry_run="false", keep_good="true").json
    assert (report["applied"], counts(report)) == (True, (7, 3, 0, 0, 4))
    assert len(members(ctx, station)) == 3


def test_a_report_repeats_no_cell(desk, grid: UUID) -> None:
    data = send(desk, sheet(*ROWS, *BAD)).data.decode()
    assert not [cell for cell in ("李梅", "13800000001", "72223333", "飞虎队", "HYPERLINK") if cell in data]


def test_a_roster_renames_nobody_and_changes_nobody_s_standing(desk, ctx: Ctx, station: UUID) -> None:
    left = enroll(ctx, station_id=station, name="李梅")
    make_member(ctx, station, left.id, status="left")
    suspended = enroll(ctx, station_id=station, name="王强")
    make_member(ctx, station, suspended.id, status="suspended")
    renamed = enroll(ctx, station_id=station, name="赵敏")
    rows = [
        ["李梅", left.phone, "medic", ""],
        ["王强", suspended.phone, "volunteer", "在册"],
        ["赵小敏", renamed.phone, "medic", ""],
    ]
    report = send(desk, sheet(*rows, head=["name", "phone", "force", "status"]), dry_run="false").json
    assert [(f["row"], f["code"]) for f in report["faults"]] == [
        (2, "member_left"),
        (3, "status_not_by_roster"),
        (4, "name_differs"),
    ]
    assert report["applied"] is False


def test_a_number_of_another_station_is_a_new_person_here(desk, ctx: Ctx, station: UUID) -> None:
    foreign = make_station(ctx)
    person = enroll(ctx, station_id=foreign, name="别所成员")
    make_member(ctx, foreign, person.id)
    make_grid(ctx, foreign, code="500102009001001")
    report = send(desk, sheet(["李梅", person.phone, "medic"], head=HEAD[:3]), dry_run="false").json
    assert counts(report) == (1, 1, 0, 0, 0)
    row = ["王强", "13800000002", "medic", "500102009001001"]
    assert send(desk, sheet(row, head=HEAD[:4])).json["faults"][0]["code"] == "grid_unknown"


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"this is no workbook", "roster.xlsx", "roster_unreadable"),
        (sheet(*ROWS), "roster.csv", "roster_unreadable"),
        (b"", "roster.csv", "roster_unreadable"),
        (b"a,b,c\n1,2,3\n", "roster.csv", "roster_header_unfit"),
        (sheet(head=[]), "roster.xlsx", "roster_header_unfit"),
        (b"name,phone,force\n" + b"x,1,y\n" * (MAX_ROWS + 1), "roster.csv", "roster_unreadable"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_roster_is_a_problem_not_a_report(desk, ctx: Ctx, data: bytes, name: str, code: str) -> None:
    assert problem(send(desk, data, name)) == (422, code)
    assert ctx.session.scalars(select(RosterImport)).all() == []


def test_a_form_without_a_file_or_with_unknown_fields_is_refused(desk) -> None:
    assert problem(desk.post("/v1/roster/imports", data={"dry_run": "true"})) == (422, "invalid")
    assert problem(send(desk, sheet(), colour="red")) == (422, "invalid")
    assert problem(send(desk, sheet(), dry_run="perhaps")) == (422, "invalid")
    assert problem(desk.post("/v1/roster/imports", {"dry_run": True})) == (422, "invalid")


def test_ten_thousand_bad_rows_are_all_named_quickly(desk, ctx: Ctx, station: UUID, count) -> None:
    rows = [[f"李{number}", "12345", "飞虎队"] for number in range(10_000)]
    started = time.perf_counter()
    with count() as statements:
        answer = send(desk, comma(*rows, head=HEAD[:3]), "r.csv", dry_run="false", keep_good="true")
    assert time.perf_counter() - started < 10
    assert counts(answer.json) == (10_000, 0, 0, 0, 10_000)
    assert {fault["row"] for fault in answer.json["faults"]} == set(range(2, 10_002))
    assert len(answer.json["faults"]) == 20_000
    assert len(answer.data) < 8 * 1024 * 1024
    assert len(statements) < 25
    assert members(ctx, station) == []


def test_a_thousand_good_rows_cost_no_more_statements_than_ten(desk, ctx: Ctx, grid: UUID, count) -> None:
    def rows(first: int, many: int) -> list[list[str]]:
        return [["李梅", f"139{first + n:08d}", "medic", GRID, "急救", "2030-01-01", "", ""] for n in range(many)]

    with count() as ten:
        send(desk, comma(*rows(0, 10)), "r.csv", dry_run="false")
    with count() as thousand:
        report = send(desk, comma(*rows(100, 1_000)), "r.csv", dry_run="false").json
    assert counts(report) == (1_000, 1_000, 0, 0, 0)
    assert len(thousand) <= len(ten) + 5  # more rows are more batches of one insert, and nothing else


def test_the_same_upload_sent_twice_is_one_import(desk, ctx: Ctx) -> None:
    data = sheet(["李梅", "13800000001", "medic"], head=HEAD[:3])
    headers = {**desk.headers, "Idempotency-Key": "upload-1"}

    def upload():
        form = {"file": (io.BytesIO(data), "r.xlsx"), "dry_run": "false"}
        return desk.client.post("/v1/roster/imports", data=form, headers=headers)

    first, second = upload(), upload()
    assert first.json == second.json
    assert len(ctx.session.scalars(select(RosterImport)).all()) == 1


def test_imports_are_listed_with_their_counts(desk, desk_of, ctx: Ctx, station: UUID) -> None:
    send(desk, sheet(["李梅", "13800000001", "medic"], head=HEAD[:3]))
    [listed] = desk.get("/v1/roster/imports").json["items"]
    assert (counts(listed), listed["dry_run"]) == ((1, 1, 0, 0, 0), True)
    assert listed["imported_by"] == str(desk.person.id)
    assert desk_of(make_station(ctx)).get("/v1/roster/imports").json["items"] == []


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_an_export_with_full_numbers_imports_as_unchanged(desk, ctx: Ctx, station: UUID, grid: UUID, kind) -> None:
    send(desk, sheet(*ROWS), dry_run="false")
    exported = desk.get("/v1/roster/export", format=kind, full_numbers="true", include_left="true")
    assert exported.headers["Content-Disposition"] == f'attachment; filename="roster.{kind}"'
    report = send(desk, exported.data, f"back.{kind}", dry_run="false").json
    assert (report["ignored_columns"], report["faults"], counts(report)) == ([], [], (3, 0, 0, 3, 0))
    entry = entries_of(ctx.session, station, before=None, limit=10, action="roster.exported")[0]
    assert entry.details == {"format": kind, "members": 3, "full_numbers": True}


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_an_export_masks_numbers_by_default(desk, grid: UUID, kind: str) -> None:
    send(desk, sheet(*ROWS), dry_run="false")
    data = desk.get("/v1/roster/export", format=kind).data
    if kind == "xlsx":
        cells = [cell.value for row in openpyxl.load_workbook(io.BytesIO(data)).active for cell in row]
    else:
        cells = [cell for row in csv.reader(io.StringIO(data.decode("utf-8-sig"))) for cell in row]
    assert cells.count("138****0001") == 1
    assert not [cell for cell in cells if cell and "13800000001" in cell]


def test_full_numbers_need_the_right_to_read_them(desk_of, station: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MATRIX, Role.STATION_ADMIN, MATRIX[Role.STATION_ADMIN] - {Permission.PEOPLE_CONTACT})
    desk = desk_of(station)
    assert problem(desk.get("/v1/roster/export", full_numbers="true")) == (403, "forbidden")
    assert problem(desk.get("/v1/roster/export", format="ods")) == (422, "invalid")


EVIL = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\t=1", "\r=1"]


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_name_that_is_a_formula_is_text_in_an_export(desk, ctx: Ctx, station: UUID, kind: str) -> None:
    for name in EVIL:
        make_member(ctx, station, enroll(ctx, station_id=station, name=name).id)
    data = desk.get("/v1/roster/export", format=kind).data
    if kind == "xlsx":
        cells = [cell for row in openpyxl.load_workbook(io.BytesIO(data)).active for cell in row if cell.value]
        assert {cell.data_type for cell in cells} == {"s"}
        assert len(cells) > len(EVIL)
    else:
        shown = [cell for row in csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")) for cell in row]
        assert not [cell for cell in shown if cell.startswith(DANGEROUS)]
        assert set(EVIL) <= {cell.removeprefix("'") for cell in shown}


def test_the_template_is_a_roster_without_rows(desk) -> None:
    answer = desk.get("/v1/roster/template")
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    assert book.sheetnames == ["花名册", "填写说明"]
    report = send(desk, answer.data).json
    assert (counts(report), report["ignored_columns"]) == ((0, 0, 0, 0, 0), [])
    assert "网格员" in {row[1].value for row in book["填写说明"]}


def test_who_may_not_import_may_not(desk_of, station: UUID) -> None:
    dispatcher = desk_of(station, Role.DISPATCHER)
    assert problem(send(dispatcher, sheet(*ROWS))) == (403, "forbidden")
    assert problem(dispatcher.get("/v1/roster/export")) == (403, "forbidden")
