"""One night at the desk, in a real browser with everything running: sign in, report on the map, look, send, watch the
simulated phones answer, review what they reported, call back, close."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from api.kernel.geo import Point, distance_m
from api.kernel.phones import demo_number
from deploy.local.redis_server import ensure_redis
from tests.cockpit.conftest import Quiet
from tests.cockpit.desk import on_screen, open_board
from tests.cockpit.site import python
from tests.journey.desk import appoint, credentials_of
from tests.journey.system import System, eventually, free_port, running_system
from tests.journey.test_cluster_response import HERE, STATION, import_roster, start_phones

pytestmark = pytest.mark.browser
PLACE = Point(HERE["lat"], HERE["lon"])
PATIENCE_MS = 120_000  # people think, walk and write


@pytest.fixture
def system(tmp_path: Path, clone_database: Callable[[], str]) -> Iterator[System]:
    redis_url = ensure_redis("test").url.replace("db=0", "db=11")
    port = str(free_port())
    with running_system(tmp_path, clone_database(), redis_url) as running:
        running.env["GRIDLOOP_STREAM_URL"] = f"http://127.0.0.1:{port}/v1/stream"
        running.commands["stream"] = [*python("workers.stream", "--host", "127.0.0.1", "--port", port)]
        running.flask("station", "found", STATION, "试验派出所")
        running.start()
        yield running


def sign_in(context: BrowserContext, system: System, role: str, number: int) -> Page:
    """Somebody new, through the form, to the board."""
    password, secret = credentials_of(system, STATION, role, role, demo_number(number))
    page = context.new_page()
    page.goto(f"{system.url}/cockpit/board")
    page.get_by_label("用户名").fill(role)
    page.get_by_label("密码").fill(password)
    page.get_by_label("动态口令").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="登录").click()
    return open_board(page)


def test_an_incident_from_the_call_to_the_end(system: System, new_context, quiet: Quiet) -> None:
    quiet.allow("401", "ERR_")  # before the sign-in; and the stream's process may be later than the page
    admin = appoint(system, STATION, "admin", "station_admin", demo_number(900))
    import_roster(admin, people=5)
    start_phones(system, ["willing", "willing", "willing", "refusing"])
    desk = sign_in(new_context(), system, "dispatcher", 901)
    chief = sign_in(new_context(), system, "supervisor", 902)
    eventually(lambda: len(admin.get("/v1/duty/live")["items"]) >= 4, within=120, what="four people on duty")
    expect(desk.locator(".board-tally")).to_contain_text("空闲 4", timeout=PATIENCE_MS)

    report_on_the_map(desk)
    expect(desk.locator(".preview .asked-row").first).to_be_visible()
    expect(desk.locator(".preview .outlook")).to_contain_text("将询问")
    desk.get_by_role("button", name="立即派警").click()

    # The other desk sees it too, with nobody touching it.
    chief.locator(".incident").first.click()
    for page in (desk, chief):
        went = ", ".join(f'.offer[data-state="{state}"]' for state in ("accepted", "on_the_way", "arrived", "done"))
        expect(page.locator(went).first).to_be_visible(timeout=PATIENCE_MS)
    approve = chief.get_by_role("button", name="审核通过")
    expect(approve).to_be_visible(timeout=PATIENCE_MS)
    expect(chief.locator(".report")).to_have_count(2)
    expect(chief.locator(".dispatch")).to_contain_text("2/2")
    approve.click()

    record = desk.get_by_role("button", name="记录回告")
    expect(record).to_be_visible(timeout=PATIENCE_MS)
    desk.get_by_label("满意度").select_option("5")
    record.click()
    for page in (desk, chief):
        expect(page.locator(".detail-head")).to_contain_text("已办结", timeout=PATIENCE_MS)
        expect(page.locator(".incident")).to_have_count(0)
    told = desk.locator(".timeline li").evaluate_all("lines => lines.map(line => line.dataset.kind).reverse()")
    steps = ("reported", "dispatched", "asked", "accepted", "feedback", "reviewed", "called_back")
    assert sorted(steps, key=told.index) == list(steps)


def report_on_the_map(page: Page) -> None:
    """The place that was told brings the map there; a click says it more exactly."""
    page.keyboard.press("n")
    page.get_by_label("纬度").fill(str(PLACE.lat + 0.002))
    page.get_by_label("经度").fill(str(PLACE.lon))
    page.keyboard.press("Tab")
    expect(page.locator("#map")).to_have_attribute("data-lat", re.compile(r"29\.705"))
    page.mouse.click(*on_screen(page, PLACE))
    lat, lon = (float(page.get_by_label(name).input_value()) for name in ("纬度", "经度"))
    assert distance_m(Point(lat, lon), PLACE) < 30
    page.get_by_label("发生了什么").fill("老人在家摔倒")
    page.get_by_label("求助人", exact=True).fill("王女士")
    page.get_by_label("求助人电话").fill("13800000000")
    page.get_by_label("需要人数").fill("2")
    page.locator("form").get_by_role("button", name="接报").click()
    expect(page.locator(".detail .story")).to_have_text("老人在家摔倒")
