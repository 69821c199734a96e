"""The roster and who is on duty: a sheet with bad rows, mended and applied; people, reachability, hours."""

import io
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from tests.builders.identity import invented_phone
from tests.cockpit.conftest import assert_accessible
from tests.cockpit.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("stream")]
NAME, PHONE, FORCE = "姓名", "手机号", "力量"


def sheet(site: Site, path: Path, rows: list[dict[str, object]]) -> Path:
    """The station's own empty roster, filled in."""
    with site.api("station_admin") as admin:
        book = load_workbook(io.BytesIO(admin.get("/v1/roster/template").content))
    table = book.active
    headings = {str(cell.value).split(" (")[0]: cell.column for cell in table[1]}
    for at, row in enumerate(rows, 2):
        for heading, value in row.items():
            table.cell(at, headings[heading], value)
    book.save(path)
    return path


def test_a_roster_with_bad_rows_is_mended_and_applied(site: Site, page_as, tmp_path: Path) -> None:
    with site.api("station_admin") as admin:
        force = admin.get("/v1/forces").json()[0]
    good = [{NAME: f"导入{n}", PHONE: invented_phone(), FORCE: force["zh"]} for n in range(3)]
    bad = [
        {NAME: "号码错", PHONE: "110", FORCE: force["zh"]},
        {NAME: "队伍错", PHONE: invented_phone(), FORCE: "没有这支队伍"},
    ]
    page: Page = page_as("station_admin", "/cockpit/roster?tab=imports", language="en")
    page.get_by_label("File").set_input_files(sheet(site, tmp_path / "bad.xlsx", [*good, *bad]))
    page.get_by_role("button", name="Try it").click()
    outcome = page.locator("#import-outcome")
    expect(outcome.get_by_text("5 rows: 3 new, 0 changed, 2 bad.")).to_be_visible()
    expect(outcome.get_by_role("row")).to_have_count(3)
    expect(outcome.get_by_text("Mend the file and try again.")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("File").set_input_files(sheet(site, tmp_path / "good.xlsx", good))
    page.get_by_role("button", name="Try it").click()
    outcome.get_by_role("button", name="Apply 3 rows").click()
    expect(outcome.get_by_role("heading", name="Applied")).to_be_visible()
    page.get_by_role("tab", name="Members").click()
    for row in good:
        expect(page.get_by_role("cell", name=str(row[NAME]))).to_be_visible()
    page.get_by_role("tab", name="Reachability").click()
    expect(page.get_by_text("lately proved reachable")).to_be_visible()
    assert_accessible(page)


def test_hours_without_anybody_are_seen_and_a_shift_fills_them(site: Site, page_as) -> None:
    with site.api("station_admin") as admin:
        force = admin.get("/v1/forces").json()[0]["code"]
        member = {
            "name": "值班人",
            "phone": invented_phone(),
            "force": force,
            "grid_id": str(site.grid_ids[0]),
            "status": "active",
        }
        made = admin.post("/v1/members", json=member, headers={"Idempotency-Key": member["phone"]})
        assert made.status_code == 201, made.text
    page: Page = page_as("station_admin", "/cockpit/duty", language="en")
    page.get_by_role("button", name="Plan a shift").click()
    dialog = page.get_by_role("dialog")
    person = dialog.get_by_label("Person")
    person.select_option(person.locator("option", has_text="值班人").get_attribute("value"))
    dialog.get_by_role("button", name="Plan a shift").click()
    expect(page.get_by_text("Planned.")).to_be_visible()
    page.get_by_role("tab", name="Shifts").click()
    expect(page.get_by_role("cell", name="值班人")).to_be_visible()
    page.get_by_role("tab", name="Coverage by hour").click()
    page.get_by_role("button", name="The day after").click()
    expect(page.get_by_title("8:00, 1 people").first).to_be_visible()
    expect(page.get_by_title("20:00, 0 people").first).to_be_visible()
    assert_accessible(page)
