"""Grids are drawn on the map; one over another is refused, and the place is shown where it lies."""

import pytest
from playwright.sync_api import Page, expect

from tests.cockpit.conftest import assert_accessible
from tests.cockpit.site import EAST, Site

pytestmark = pytest.mark.browser


def click_at(page: Page, lat: float, lon: float) -> None:
    """Click on the map where this place is drawn."""
    script = """([lat, lon]) => {
        const map = document.querySelector('#map').stationMap;
        const at = map.map.latLngToContainerPoint(map.toMap(lat, lon));
        return [at.x, at.y];
    }"""
    x, y = page.evaluate(script, [lat, lon])
    page.locator("#map").click(position={"x": x, "y": y})


def draw(page: Page, south: float, west: float, size: float) -> None:
    corners = ((south, west), (south, west + size), (south + size, west + size), (south + size, west))
    for lat, lon in corners:
        click_at(page, lat, lon)
    expect(page.get_by_text("已画 4 个拐点")).to_be_visible()


def test_a_grid_over_another_is_refused_and_the_place_shown(page_as, quiet, site: Site) -> None:
    quiet.allow("409")
    page = page_as("station_admin", "/cockpit/grids")
    page.get_by_role("button", name="新增单元").click()
    page.get_by_label("名称").fill("丙网格")
    south, west = EAST
    draw(page, south + 0.005, west + 0.005, 0.012)  # its south-west corner lies in the grid to the east
    page.get_by_role("button", name="保存").click()
    refusal = page.get_by_role("alert").filter(has_text="重叠")
    expect(refusal).to_contain_text("与乙网格重叠约")
    marker = page.locator(".overlap-mark")
    expect(marker).to_have_text("1")
    refusal.get_by_role("button", name="定位").click()
    expect(marker).to_be_in_viewport()
    assert_accessible(page)
    with site.api("station_admin") as api:
        assert "丙网格" not in [unit["name"] for unit in api.get("/v1/units", params={"limit": 200}).json()["items"]]

    page.get_by_role("button", name="取消").click()
    page.reload()
    page.get_by_role("button", name="新增单元").click()
    page.get_by_label("名称").fill("丙网格")
    draw(page, south + 0.011, west + 0.005, 0.008)
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("heading", name="丙网格")).to_be_visible()
    page.get_by_role("button", name="停用").click()
    page.get_by_role("dialog").get_by_role("button", name="停用").click()
    expect(page.get_by_text("丙网格已停用")).to_be_visible()


def test_whoever_only_looks_changes_nothing(page_as) -> None:
    page = page_as("supervisor", "/cockpit/grids", language="en")
    page.get_by_role("button", name="甲网格").click()
    expect(page.get_by_text("Nobody answers for it")).to_be_visible()
    expect(page.get_by_role("button", name="Close")).to_be_hidden()
    expect(page.get_by_role("button", name="Draw the outline")).to_be_hidden()
