"""A dispute from the counter to the supervisor's signature, as two people do it on two screens."""

import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.cockpit.conftest import assert_accessible
from tests.cockpit.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("stream")]


def call(client: httpx.Client, method: str, path: str, **body: object) -> dict:
    keys = {"Idempotency-Key": f"{path}-{datetime.now(UTC).timestamp()}"} if method == "POST" else {}
    answer = client.request(method, f"/v1{path}", json=body, headers=keys)
    assert answer.is_success, answer.text
    return answer.json()


def codes_of(client: httpx.Client, name: str) -> list[str]:
    items = client.get("/v1/disputes/codes", params={"list": name}).json()["items"]
    parents = {item["parent"] for item in items}
    return [item["code"] for item in items if item["code"] not in parents]


@pytest.fixture
def case_id(site: Site) -> str:
    """Accepted, with a team and one session held."""
    with site.api("supervisor") as desk, site.api("mediator") as mediator:
        first = {name: codes_of(desk, name)[0] for name in ("category", "source", "scale")}
        parties = [{"role": "applicant", "name": "王小明"}, {"role": "respondent", "name": "李小红"}]
        made = call(desk, "POST", "/disputes", summary="噪声扰民", parties=parties, **first)["id"]
        call(desk, "POST", f"/disputes/{made}/acceptance")
        lead = {"kind": "peoples_mediator", "person_id": str(site.people["mediator"].id), "leads": True}
        call(desk, "PUT", f"/disputes/{made}/team", mediators=[lead])
        when = (datetime.now(UTC) + timedelta(minutes=5)).isoformat()
        meeting = call(mediator, "POST", f"/disputes/{made}/sessions", planned_at=when)["id"]
        present = [one["id"] for one in mediator.get(f"/v1/disputes/{made}").json()["parties"]]
        call(mediator, "POST", f"/dispute-sessions/{meeting}/report", step="hold", record="双方同意。", present=present)
        return made


def test_a_dispute_is_settled_and_signed_off(site: Site, page_as, case_id: str, quiet) -> None:
    quiet.allow("404")  # no plan before the settlement
    mediator: Page = page_as("mediator", f"/cockpit/dispute?id={case_id}", language="en")
    mediator.get_by_role("button", name="Settle", exact=True).click()
    dialog = mediator.get_by_role("dialog")
    dialog.get_by_label("Terms").fill("晚上十点以后不放音乐。")
    dialog.get_by_label("How it was settled").select_option(index=1)
    dialog.get_by_role("button", name="Settle", exact=True).click()
    expect(mediator.locator("#head .tag", has_text="Settled")).to_be_visible()
    mediator.get_by_role("tab", name="Mediation").click()
    expect(mediator.get_by_text("晚上十点以后不放音乐。")).to_be_visible()
    assert_accessible(mediator)
    expect(mediator.get_by_role("button", name="Sign off")).to_be_hidden()

    chief: Page = page_as("supervisor", f"/cockpit/dispute?id={case_id}&tab=visits", language="en")
    sign = chief.get_by_role("button", name="Sign off", exact=True)
    expect(sign).to_be_disabled()
    expect(chief.locator("#missing")).to_be_visible()
    rows = chief.locator("tbody tr").filter(has_text=re.compile("Planned|Due"))
    expect(rows.first).to_be_visible()
    assert_accessible(chief)
    while (left := rows.count()) > 0:
        rows.first.click()
        chief.get_by_role("dialog").get_by_role("button", name="Not needed").click()
        reason = chief.get_by_role("dialog", name="Not needed")
        reason.get_by_label("Reason").select_option("done_elsewhere")
        reason.get_by_role("button", name="Save").click()
        expect(rows).to_have_count(left - 1)
    chief.reload()
    expect(sign).to_be_enabled()
    sign.click()
    chief.get_by_role("dialog").get_by_role("button", name="Sign off", exact=True).click()
    expect(chief.locator("#head .tag", has_text="Closed")).to_be_visible()
    chief.get_by_role("tab", name="Story").click()
    expect(chief.get_by_role("row").filter(has_text="Agreement").first).to_be_visible()


def test_one_is_taken_in_at_the_counter_and_found_in_the_list(page_as, quiet) -> None:
    quiet.allow("404", "422")
    page: Page = page_as("supervisor", "/cockpit/disputes", language="en")
    page.get_by_role("button", name="Take in a dispute").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Take in a dispute").click()
    expect(dialog.get_by_text("This is needed.").first).to_be_visible()
    dialog.get_by_label("What it is about").fill("楼上漏水")
    for name in ("Category", "Source", "Scale"):
        dialog.get_by_label(name).select_option(index=2 if name == "Category" else 1)
    dialog.get_by_label(re.compile(r"^Applicant( \*)?$")).fill("赵一")
    dialog.get_by_role("button", name="Take in a dispute").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile(r"\d"))
    number = page.locator("#head h1 .mono").inner_text()
    page.goto("/cockpit/disputes?tab=all")
    expect(page.get_by_role("link", name=number)).to_be_visible()
    assert_accessible(page)


def test_what_is_late_comes_first_on_a_phone_too(page_as) -> None:
    page: Page = page_as("supervisor", "/cockpit/visits", width=390, height=844)
    expect(page.get_by_role("tab", selected=True)).to_have_text("已逾期")
    expect(page.get_by_text("没有逾期的回访。")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert_accessible(page)
