"""The board: what happens is on it as it happens, and the desk works from it."""

import base64
import re

import pytest
from playwright.sync_api import Page, expect

from api.kernel.geo import Datum, Point, distance_m, from_wgs84, to_wgs84
from tests.builders.duty import make_on_duty
from tests.cockpit.conftest import assert_accessible
from tests.cockpit.desk import (
    HERE,
    await_stream,
    end_incidents,
    expect_live,
    file_incident,
    middle_of,
    on_screen,
    open_board,
    place_of,
    row_of,
    settle,
    world_pixel,
)
from tests.cockpit.site import Site

pytestmark = pytest.mark.browser
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
TILES = '{"url": "/tiles/{z}/{x}/{y}.png", "datum": "gcj02", "attribution": "somebody", "max_zoom": 18}'


@pytest.fixture
def board(stream: Site, page_as):
    """Open a board whose stream is up."""
    await_stream(stream)

    def make(role: str = "dispatcher", path: str = "/cockpit/board", **options: object) -> Page:
        page = open_board(page_as(role, path, **options))
        expect_live(page)
        return page

    return make


def test_what_another_desk_files_is_on_the_screen(site: Site, board) -> None:
    page = board()
    yellow = file_incident(site)
    expect(row_of(page, yellow)).to_contain_text("已接报")
    expect(page.locator(".board-alarm")).to_be_hidden()
    red = file_incident(site, colour="red", kind="fight")
    expect(row_of(page, red)).to_be_visible()
    # Gravest first, and the red one is heard and seen until somebody has looked at it.
    refs = page.locator(".incident").evaluate_all("rows => rows.map(row => row.dataset.id)")
    assert refs.index(red["id"]) < refs.index(yellow["id"])
    alarm = page.get_by_role("alert").filter(has_text="新红色警情")
    expect(alarm).to_contain_text(red["ref"])
    page.get_by_role("button", name="静音").click()
    expect(page.get_by_role("button", name="已静音")).to_have_attribute("aria-pressed", "true")
    expect(alarm).to_be_visible()
    expect(page).to_have_title(re.compile(r"^\(1\)"))
    alarm.get_by_role("button").click()
    expect(page.locator(".detail h2")).to_contain_text("打架斗殴")
    expect(alarm).to_be_hidden()
    assert_accessible(page)


def test_people_come_and_go_on_the_map(site: Site, board) -> None:
    page = board()
    tally = page.locator(".board-tally")
    before = int(re.search(r"空闲 (\d+)", tally.text_content() or "空闲 0")[1])
    with site.ctx() as ctx:
        make_on_duty(ctx, site.station_id, Point(29.7031, 107.3897))
    expect(tally).to_contain_text(f"空闲 {before + 1}")


def test_filters_and_keys(site: Site, board) -> None:
    blue, orange = file_incident(site, colour="blue"), file_incident(site, colour="orange")
    page = board(language="en")
    page.get_by_role("button", name="Blue", exact=True).click()
    expect(row_of(page, blue)).to_be_visible()
    expect(row_of(page, orange)).to_be_hidden()
    expect(page).to_have_url(re.compile("colour=blue"))
    page.get_by_role("button", name="Blue", exact=True).click()
    page.keyboard.press("j")
    first = page.locator(".incident").first
    expect(first).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".detail")).to_have_attribute("data-incident", first.get_attribute("data-id") or "")
    page.keyboard.press("Escape")
    expect(first).to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Report an incident")
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    expect(page.get_by_label("What happened")).to_be_focused()


def test_one_thing_at_a_time_on_a_telephone(site: Site, board) -> None:
    incident = file_incident(site)
    page = board(width=390, height=844)
    expect(page.locator("#map")).to_be_hidden()
    page.get_by_role("button", name="地图").click()
    expect(page.locator("#map")).to_be_visible()
    page.get_by_role("button", name="列表").click()
    row_of(page, incident).click()
    expect(page.locator(".detail")).to_be_visible()
    expect(page.locator("#list")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert_accessible(page)


def test_reporting_where_somebody_clicked(site: Site, board, quiet) -> None:
    quiet.allow("409")
    end_incidents(site)
    earlier = file_incident(site)
    page = board("supervisor")
    row_of(page, earlier).click()  # brings the map near enough to tell the two places apart
    expect(page.locator(".preview .outlook")).to_be_visible()
    page.keyboard.press("Escape")
    spot = Point(HERE.lat + 0.0015, HERE.lon)
    page.mouse.click(*on_screen(page, spot))
    page.get_by_role("button", name="在此接报").click()
    lat, lon = (float(page.get_by_label(name).input_value()) for name in ("纬度", "经度"))
    assert distance_m(Point(lat, lon), spot) < 30  # a pixel is some metres
    page.get_by_label("发生了什么").fill("老人晕倒")
    page.locator("form").get_by_role("button", name="接报").click()
    # Somebody has filed the same a moment ago, some tens of metres away.
    expect(page.get_by_role("alert").filter(has_text="是否为同一起")).to_contain_text(earlier["ref"])
    page.get_by_role("button", name="不是同一起，继续登记").click()
    expect(page.locator(".detail .story")).to_have_text("老人晕倒")
    with site.api("supervisor") as client:
        stored = client.get(f"/v1/incidents/{page.locator('.detail').get_attribute('data-incident')}").json()
    assert distance_m(Point(stored["place"]["lat"], stored["place"]["lon"]), Point(lat, lon)) < 1
    assert stored["colour"] == "orange"


def test_a_chinese_base_map_shows_things_where_they_are(site: Site, page_as, quiet) -> None:
    # A page that was altered on its way comes from no address, and may then not ask one of this machine for the stream.
    quiet.allow("loopback", "ERR_FAILED", "ERR_CONNECTION_REFUSED")
    incident = file_incident(site)
    page = page_as("dispatcher", "/cockpit/account")
    page.route("**/tiles/**", lambda route: route.fulfill(body=PIXEL, content_type="image/png"))
    page.route("**/cockpit/board?*", lambda route: with_tiles(route))
    page.goto(f"/cockpit/board?id={incident['id']}")
    open_board(page)
    expect(page.locator("#map")).to_have_attribute("data-base", "gcj02")
    expect(page.locator("#map")).to_have_attribute("data-lat", re.compile(r"29\.705"))
    for _ in range(12):  # to where a tile is smaller than the shift; a click while the map still moves is lost
        if middle_of(page)[1] >= 18:
            break
        page.get_by_role("button", name="放大").click()
        settle(page)
    middle, zoom, screen = middle_of(page)
    assert distance_m(middle, HERE) < 30
    assert zoom == 18
    # The tile under the middle of the map is the one of the shifted place, half a kilometre from the unshifted one.
    tile = page.evaluate(TILE_AT, list(screen))
    assert tile == tile_of(from_wgs84(HERE, Datum.GCJ02), tile[0])
    assert tile != tile_of((HERE.lat, HERE.lon), tile[0])
    # And a click comes back as WGS-84.
    page.mouse.click(screen[0] + 40, screen[1] + 60)
    page.get_by_role("button", name="在此接报").click()
    x, y = world_pixel(from_wgs84(middle, Datum.GCJ02), zoom)
    expected = to_wgs84(*place_of((x + 40, y + 60), zoom), Datum.GCJ02)
    lat, lon = (float(page.get_by_label(name).input_value()) for name in ("纬度", "经度"))
    assert distance_m(Point(lat, lon), expected) < 5
    expect(page.get_by_label("坐标系")).to_have_value("wgs84")
    expect(page.locator(".map-credit")).to_have_text("somebody")


TILE_AT = """([x, y]) => {
  const tiles = [...document.querySelectorAll("img.leaflet-tile")].filter((tile) => {
    const box = tile.getBoundingClientRect();
    return box.left <= x && x < box.right && box.top <= y && y < box.bottom;
  });
  return tiles.at(-1).src.match(/tiles\\/(\\d+)\\/(\\d+)\\/(\\d+)/).slice(1).map(Number);
}"""


def with_tiles(route) -> None:
    """The same page, of an installation with a base map."""
    answer = route.fetch()
    text, found = re.subn(r'"tiles":\s*null', f'"tiles": {TILES}', answer.text())
    assert found == 1
    route.fulfill(response=answer, body=text)


def tile_of(place: tuple[float, float], zoom: int) -> list[int]:
    x, y = world_pixel(place, zoom)
    return [zoom, int(x // 256), int(y // 256)]
