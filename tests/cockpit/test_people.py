"""People and roles: enrol somebody, see what was wrong, change roles and take it back, let them go."""

import pytest
from playwright.sync_api import expect

from tests.builders.identity import invented_phone
from tests.cockpit.conftest import assert_accessible

pytestmark = pytest.mark.browser


def test_somebody_is_enrolled_given_roles_and_suspended(page_as, quiet) -> None:
    quiet.allow("422")
    page = page_as("station_admin", "/cockpit/people", language="en")
    page.get_by_role("button", name="Enrol somebody").click()
    dialog = page.get_by_role("dialog", name="Enrol somebody")
    dialog.get_by_label("Name").fill("赵小满")
    dialog.get_by_role("button", name="Enrol somebody").click()
    expect(dialog.get_by_text("This is needed.")).to_be_visible()
    dialog.get_by_label("Phone").fill("110")
    dialog.get_by_role("button", name="Enrol somebody").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Not a usable phone number")
    dialog.get_by_label("Phone").fill(invented_phone())
    dialog.get_by_role("button", name="Enrol somebody").click()
    detail = page.locator("#person-detail")
    expect(detail.get_by_role("heading", name="赵小满")).to_be_visible(timeout=30_000)
    assert_accessible(page)

    detail.get_by_role("button", name="Set roles").click()
    roles = page.get_by_role("dialog", name="Set roles")
    roles.get_by_label("Mediator").check()
    roles.get_by_role("button", name="Save").click()
    expect(detail.get_by_text("Mediator")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="Undo").click()
    expect(detail.get_by_text("Mediator")).to_be_hidden(timeout=30_000)

    detail.get_by_role("button", name="Suspend").click()
    page.get_by_role("dialog").get_by_role("button", name="Suspend").click()
    expect(detail.get_by_role("button", name="Reactivate")).to_be_visible(timeout=30_000)
