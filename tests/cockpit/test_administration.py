"""Policies with their versions and what each changed; registered wordings; the trail."""

import pytest
from playwright.sync_api import expect

from api.identity.types import Role
from tests.cockpit.conftest import assert_accessible
from tests.cockpit.site import Site

pytestmark = pytest.mark.browser


def test_a_policy_gets_a_next_version_that_says_what_it_changed(page_as, quiet) -> None:
    quiet.allow("422")
    page = page_as("supervisor", "/cockpit/policies", language="en")
    page.get_by_role("row", name="Urgent help").first.click()
    page.get_by_role("button", name="Edit").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Wait for an answer").fill("0")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("Must lie between")).to_be_visible()
    assert dialog.get_by_label("Wait for an answer").get_attribute("aria-invalid") == "true"
    dialog.get_by_label("Wait for an answer").fill("75")
    dialog.get_by_label("Why").fill("夜间人少")
    dialog.get_by_role("button", name="Save").click()
    version = page.get_by_role("listitem").filter(has_text="夜间人少")
    expect(version.locator("ins")).to_have_text("1 min 15 s")
    assert version.locator("ins").count() == 1  # what was not touched is not called changed
    assert_accessible(page)

    page.get_by_role("button", name="Back to the built-in one").click()
    page.get_by_role("dialog").get_by_role("button", name="Back to the built-in one").click()
    expect(page.get_by_role("listitem").filter(has_text="Back to built-in")).to_be_visible()


def test_a_plan_of_visits_gets_a_next_version(page_as) -> None:
    page = page_as("station_admin", "/cockpit/policies?tab=plans", language="en")
    page.locator("tr.opens").first.click()
    page.get_by_role("button", name="Edit").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Add").click()
    dialog.get_by_label("After", exact=True).last.fill("400")
    dialog.get_by_role("button", name="Save").click()
    expect(page.locator("ins").filter(has_text="day 400")).to_be_visible()


def test_wordings_are_drafted_and_their_registration_noted(page_as) -> None:
    page = page_as("station_admin", "/cockpit/templates", language="en")
    page.get_by_role("button", name="Draft what is missing").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Provider").select_option("aliyun")
    dialog.get_by_role("button", name="Draft what is missing").click()
    page.get_by_role("row").filter(has_text="Draft").first.click()
    page.get_by_role("button", name="Note the outcome").click()
    page.get_by_role("dialog").get_by_label("Outcome").select_option("submit")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_role("row").filter(has_text="Submitted").first).to_be_visible()
    assert_accessible(page)


def test_the_trail_is_searched(page_as, site: Site) -> None:
    site.session_of(Role.MEDIATOR)
    page = page_as("auditor", "/cockpit/audit", language="en")
    page.get_by_label("Action").fill("session.opened")
    page.get_by_role("button", name="Search").click()
    rows = page.get_by_role("row").filter(has_text="session.opened")
    expect(rows.first).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="dispatch_policy")).to_have_count(0)
    mediator = str(site.people[Role.MEDIATOR].id)
    page.locator(f"button:has-text('…{mediator[-8:]}')").first.click()
    expect(page.get_by_label("Id of who did it")).to_have_value(mediator)
    assert_accessible(page)
