"""Signing in with password and one-time code; staying signed in over pages, tabs and languages; signing out."""

import pyotp
import pytest
from playwright.sync_api import Page, expect

from tests.builders.identity import FACTOR, PASSWORD
from tests.cockpit.conftest import assert_accessible, sign_in
from tests.cockpit.site import Site

pytestmark = pytest.mark.browser


def test_signing_in_leads_where_one_wanted_to_go(site: Site, new_context, quiet) -> None:
    page = new_context().new_page()
    quiet.allow("401")  # nobody is signed in yet, and then a wrong password
    page.goto("/cockpit/account")
    page.wait_for_url("**/cockpit/sign-in?next=%2Fcockpit%2Faccount")
    assert_accessible(page)
    page.get_by_label("用户名").fill("auditor")
    page.get_by_label("密码").fill("not the password")
    page.get_by_label("动态口令").fill("000000")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("alert")).to_contain_text("不正确")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_label("动态口令").fill(pyotp.TOTP(FACTOR).now())
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/cockpit/account")
    expect(page.get_by_role("heading", name="我的账户")).to_be_visible()
    assert page.evaluate("document.cookie").find("gridloop_cockpit") == -1


def test_several_tabs_share_a_session_and_none_ends_it(new_context, site: Site) -> None:
    context = new_context()
    sign_in(context, site, "auditor")
    tabs = [context.new_page() for _ in range(4)]
    # All send the same cookie at the same moment, and the first of them leave before their answer is there.
    for _ in range(2):
        for tab in tabs:
            tab.goto("/cockpit/account", wait_until="commit")
    for tab in tabs:
        expect(tab.locator("#person")).to_have_text("王小明")
    assert_alive(tabs[0])
    tabs[0].get_by_role("button", name="退出登录").click()
    tabs[0].wait_for_url("**/cockpit/sign-in")
    # The others hear of it without asking the server.
    for tab in tabs[1:]:
        tab.wait_for_url("**/cockpit/sign-in?next=*")


def assert_alive(page: Page) -> None:
    """The session is still there after all that, and there is one of it."""
    rows = page.get_by_role("row").filter(has_text="当前")
    expect(rows).to_have_count(1)


def test_the_language_is_kept_in_the_browser(page_as) -> None:
    page = page_as("auditor", "/cockpit/account")
    expect(page.get_by_role("heading", level=1)).to_have_text("我的账户")
    expect(page.get_by_text("审计员")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My account")
    expect(page.get_by_text("Auditor", exact=True)).to_be_visible(timeout=30_000)
    assert page.evaluate("document.documentElement.lang") == "en"
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("My account")


def test_the_menu_shows_what_one_may_see_and_keys_lead_there(page_as) -> None:
    page = page_as("station_admin", "/cockpit/account")
    expect(page.get_by_role("link", name="人员与角色")).to_be_visible(timeout=30_000)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="键盘快捷键")).to_contain_text("人员与角色")
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("p")
    page.wait_for_url("**/cockpit/people")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()


@pytest.mark.usefixtures("stream")
def test_the_first_page_is_one_that_may_be_seen(page_as) -> None:
    page = page_as("dispatcher")
    page.wait_for_url("**/cockpit/board?first=1")
    other = page_as("auditor")
    other.wait_for_url("**/cockpit/audit")


def test_a_page_one_may_not_see_says_so(page_as) -> None:
    page = page_as("auditor", "/cockpit/people")
    expect(page.get_by_role("alert")).to_contain_text("没有查看本页的权限")
    expect(page.get_by_role("link", name="人员与角色")).to_be_hidden()


def test_on_a_phone_the_menu_opens_and_closes(page_as) -> None:
    page = page_as("station_admin", "/cockpit/account", width=390, height=844)
    menu = page.get_by_role("navigation", name="菜单")
    expect(menu).to_be_hidden()
    # The frame is alive when it says who is signed in.
    expect(page.get_by_text("登录会话").first).to_be_visible(timeout=30_000)
    expect(page.locator("#person")).not_to_have_text("", timeout=30_000)
    page.get_by_role("button", name="菜单").click()
    expect(menu.get_by_role("link", name="人员与角色")).to_be_visible(timeout=30_000)
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
