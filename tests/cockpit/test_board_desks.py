"""Two desks at one incident, and a line that breaks: nobody sends twice, nothing written is lost, nothing is missed."""

import re

import pytest
from playwright.sync_api import Page, expect

from api.kernel.geo import Point
from tests.builders.duty import make_on_duty
from tests.cockpit.desk import HERE, await_stream, expect_live, file_incident, open_board, post, row_of
from tests.cockpit.site import Site

pytestmark = pytest.mark.browser


@pytest.fixture
def desks(stream: Site, page_as, quiet):
    """The boards of a dispatcher and a supervisor, on an incident with people near it."""
    quiet.allow("409", "412")
    await_stream(stream)
    with stream.ctx() as ctx:
        for number in range(3):
            make_on_duty(ctx, stream.station_id, Point(HERE.lat + 0.001 * number, HERE.lon + 0.001))
    incident = file_incident(stream, colour="orange")
    pages = []
    for role in ("dispatcher", "supervisor"):
        page = open_board(page_as(role, f"/cockpit/board?id={incident['id']}"))
        expect_live(page)
        expect(page.locator(".preview .outlook")).to_be_visible()
        pages.append(page)
    return (incident, *pages)


def dispatches(site: Site, incident: dict) -> list[dict]:
    with site.api("supervisor") as client:
        return client.get(f"/v1/incidents/{incident['id']}").json()["dispatches"]


def test_the_second_desk_is_told_before_it_sends_again(site: Site, desks) -> None:
    incident, first, second = desks
    # The second desk's line is slow: it has not heard of the first one's click when it makes its own.
    slow = SlowLine(second, "**/v1/incidents/*/timeline*")
    first.get_by_role("button", name="立即派警").click()
    expect(first.locator(".dispatch")).to_contain_text("第 1 次派警")
    second.get_by_role("button", name="立即派警").click()
    slow.let_go()
    expect(second.get_by_role("alert").filter(has_text="已有人派警")).to_be_visible()
    expect(second.locator(".dispatch")).to_contain_text("第 1 次派警")
    assert len(dispatches(site, incident)) == 1
    second.get_by_role("button", name="仍要再派").click()
    expect(second.locator(".dispatch")).to_have_count(2)
    expect(first.locator(".dispatch")).to_have_count(2)
    assert len(dispatches(site, incident)) == 2


class SlowLine:
    """Holds a page's requests back until they are let go."""

    def __init__(self, page: Page, pattern: str) -> None:
        self.page, self.held, self.holds = page, [], True
        page.route(pattern, self._take)

    def _take(self, route) -> None:
        if self.holds:
            self.held.append(route)
        else:
            route.continue_()

    def let_go(self) -> None:
        """Wait until something is held, then let it and everything after it pass."""
        for _ in range(300):
            if self.held:
                break
            self.page.wait_for_timeout(100)  # the handlers run while Playwright waits for the page
        assert self.held, "the page never asked"
        self.holds = False
        for route in self.held:
            route.continue_()


def test_what_two_desks_write_at_once_is_shown_and_kept(site: Site, desks) -> None:
    incident, first, second = desks
    for page in (first, second):
        page.locator(".detail-head").get_by_role("button", name="修改").click()
    mine, theirs = (page.get_by_role("dialog") for page in (second, first))
    theirs.get_by_label("颜色等级").select_option("red")
    theirs.get_by_role("button", name="保存").click()
    expect(theirs).to_be_hidden()
    mine.get_by_label("地址").fill("荔枝街道 12 号")
    mine.get_by_role("button", name="保存").click()
    conflict = mine.get_by_role("alert").filter(has_text="其他席位已改过")
    expect(conflict.locator('[data-field="colour"]')).to_contain_text("红色")
    expect(conflict.locator('[data-field="address"]')).to_contain_text("荔枝街道 12 号")
    expect(mine.get_by_label("颜色等级")).to_have_value("red")
    mine.get_by_role("button", name="保存").click()
    expect(mine).to_be_hidden()
    expect(second.locator(".detail-head")).to_contain_text("荔枝街道 12 号")
    expect(first.locator(".detail-head")).to_contain_text("荔枝街道 12 号")
    with site.api("supervisor") as client:
        stored = client.get(f"/v1/incidents/{incident['id']}").json()
    assert (stored["colour"], stored["address"]) == ("red", "荔枝街道 12 号")


def test_the_desks_hand_in_a_running_dispatch(site: Site, desks) -> None:
    incident, first, second = desks
    first.get_by_role("button", name="立即派警").click()
    offers = first.locator(".offer")
    expect(offers.first).to_contain_text("待答复")
    one = offers.first.get_attribute("data-offer")
    offer = f'.offer[data-offer="{one}"]'
    first.locator(offer).get_by_role("button", name="撤回").click()
    expect(second.locator(offer)).to_have_attribute("data-state", "withdrawn")
    first.locator("#toasts").get_by_role("button", name="撤销").click()
    expect(second.locator(offer)).to_have_attribute("data-state", "offered")
    # Nothing that calls people off goes without a second thought.
    first.locator(".dispatch").get_by_role("button", name="停止征集").click()
    first.get_by_role("dialog").get_by_role("button", name="停止征集").click()
    expect(second.locator(".dispatch")).to_contain_text("已结束")
    first.get_by_role("button", name="取消警情").click()
    dialog = first.get_by_role("dialog")
    dialog.get_by_role("button", name="确认取消").click()
    expect(dialog.get_by_text("此项必填")).to_be_visible()
    dialog.get_by_label("原因").select_option("false_alarm")
    dialog.get_by_role("button", name="确认取消").click()
    expect(row_of(second, incident)).to_be_hidden()
    expect(second.locator(".detail-head")).to_contain_text("已取消")


def test_a_cut_line_is_seen_and_nothing_is_missed(site: Site, desks, quiet) -> None:
    quiet.allow("ERR_")
    incident, first, _ = desks
    loads = []
    first.on("request", lambda request: loads.append(request.url))
    process = site.processes["stream"]
    process.kill()
    process.wait()
    expect(first.locator("#live")).to_have_attribute("data-state", "lost")
    expect(first.locator("#live")).to_contain_text("连接中断")
    with site.api("dispatcher") as client:
        post(client, f"/v1/incidents/{incident['id']}/cancel", reason="duplicate")
    missed = [file_incident(site, colour="white") for _ in range(5)]
    site.start("stream", *process.args)
    await_stream(site)
    expect_live(first)
    for one in missed:
        expect(row_of(first, one)).to_be_visible()
    expect(row_of(first, incident)).to_be_hidden()
    # Resumed, not loaded anew: only what had changed was fetched.
    assert not [url for url in loads if url.endswith("/v1/incidents/board") or url.endswith("/v1/duty/board")]


def test_a_look_that_fails_is_taken_again(desks, quiet) -> None:
    quiet.allow("500")
    _, first, second = desks
    failed = []

    def fail_once(route) -> None:
        if failed:
            route.continue_()
        else:
            failed.append(route.fulfill(status=500, json={"title": "broken", "code": "internal"}))

    # The timeline has been read, and what it tells of has not.
    second.route(re.compile(r"/v1/incidents/[0-9a-f-]{36}$"), fail_once)
    first.get_by_role("button", name="立即派警").click()
    expect(second.locator(".dispatch")).to_contain_text("第 1 次派警")
    assert failed
