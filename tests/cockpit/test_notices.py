"""Notices: an area drawn on the map, words, a preview, a second person's word; and the reports' page."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.builders.identity import invented_phone
from tests.cockpit.conftest import assert_accessible
from tests.cockpit.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("stream")]


@pytest.fixture
def members(site: Site) -> int:
    """Three more people in the first grid."""
    with site.api("station_admin") as admin:
        force = admin.get("/v1/forces").json()[0]["code"]
        for name in "甲乙丙":
            phone = invented_phone()
            member = {
                "name": f"收信人{name}",
                "phone": phone,
                "force": force,
                "grid_id": str(site.grid_ids[0]),
                "status": "active",
            }
            made = admin.post("/v1/members", json=member, headers={"Idempotency-Key": phone})
            assert made.status_code == 201, made.text
    return 3


def test_a_notice_is_drawn_previewed_and_sent_by_two_people(site: Site, page_as, members: int) -> None:
    with site.api("station_admin") as admin:
        policy = admin.get("/v1/station/notice-policy").json()
        change = {"approve_above": 1, "segment_milliyuan": policy["segment_milliyuan"], "version": policy["version"]}
        set_ = admin.put("/v1/station/notice-policy", json=change)
        assert set_.is_success, set_.text
    page: Page = page_as("supervisor", "/cockpit/notice", language="en")
    page.get_by_label("Title in Chinese").fill("河水上涨")
    page.get_by_label("Text in Chinese").fill("请离开低洼处。")
    expect(page.locator("#map")).to_have_attribute("data-zoom", re.compile(r"^1\d"))
    box = page.locator("#map").bounding_box()
    assert box is not None
    for x, y in ((0.25, 0.2), (0.75, 0.2), (0.75, 0.8), (0.25, 0.8)):
        page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])
    expect(page.locator("#map .leaflet-marker-icon")).to_have_count(4)
    expect(page.locator("#preview .big")).to_contain_text("people")
    expect(page.get_by_text("A second person must approve")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Save draft").click()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#head .tag", has_text="second person")).to_be_visible()
    expect(page.get_by_text("Somebody else must approve it.")).to_be_visible()
    second: Page = page_as("station_admin", page.url.removeprefix(site.url), language="en")
    second.get_by_role("button", name="Approve").click()
    expect(second.get_by_text("It goes out.")).to_be_visible()
    expect(page.get_by_role("heading", name="Receipts")).to_be_visible()
    assert_accessible(second)


def test_reports_show_their_charts_and_can_be_taken_away(site: Site, page_as) -> None:
    with site.api("dispatcher") as desk:
        call = {"kind": "urgent_help", "category": "urgent_help", "colour": "yellow", "source": "call",
                "description": "统计用", "place": {"lat": 29.705, "lon": 107.385, "datum": "wgs84"},
                "duplicate_checked": True}  # fmt: skip
        filed = desk.post("/v1/incidents", json=call, headers={"Idempotency-Key": "reports-page"})
        assert filed.status_code == 201, filed.text
    page: Page = page_as("supervisor", "/cockpit/reports?tab=months", language="en")
    expect(page.locator(".chart canvas").first).to_be_visible()
    is_drawn = """all => all.map(c => c.height > 100 && new Uint32Array(
        c.getContext('2d').getImageData(0, 0, c.width, c.height).data.buffer).some(Boolean))"""
    assert page.locator(".chart canvas").evaluate_all(is_drawn) == [True, True]
    assert_accessible(page)
    page.get_by_role("tab", name="Responses").click()
    with page.expect_download() as taken:
        page.get_by_role("button", name="Download .xlsx").click()
    assert taken.value.suggested_filename.endswith(".xlsx")
    for tab, text in (("Disputes and visits", "Mediators"), ("People", "Only who never")):
        page.get_by_role("tab", name=tab).click()
        expect(page.get_by_text(text).first).to_be_visible()
    # What other tests of this station have spent is theirs: a chart, or that there is nothing to show.
    page.get_by_role("tab", name="Cost").click()
    expect(page.locator("#reports .chart, #reports .empty").first).to_be_visible()
    assert_accessible(page)
