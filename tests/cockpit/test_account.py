"""Oneself: what acts in one's name, shown and revoked."""

import pytest
from playwright.sync_api import expect

from tests.cockpit.conftest import assert_accessible

pytestmark = pytest.mark.browser


def test_a_tracker_gets_its_token_once_and_loses_it(page_as) -> None:
    page = page_as("patrol_officer", "/cockpit/account", language="en")
    page.get_by_role("button", name="New tracker token").click()
    page.get_by_role("dialog").get_by_label("Label").fill("OwnTracks")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    shown = page.get_by_role("dialog").get_by_text("gt-")
    expect(shown).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Close").last.click()
    row = page.get_by_role("row").filter(has_text="OwnTracks")
    expect(row).to_be_visible()
    assert_accessible(page)
    row.get_by_role("button", name="Revoke").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(row).to_be_hidden()
