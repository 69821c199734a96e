"""The browser's session without a browser: what the cookie is like, who may use it, and when it ends."""

from datetime import timedelta

import pyotp
import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from api.cockpit.routes.session import COOKIE
from api.identity.rules.refresh import GRACE, REST
from api.plumbing.context import Ctx
from tests.builders.grids import make_station
from tests.builders.identity import FACTOR, PASSWORD, enroll_staff

OURS = {"X-Gridloop-Cockpit": "1"}


@pytest.fixture
def browser(client: FlaskClient, ctx: Ctx) -> FlaskClient:
    """A browser in which a station's administrator has signed in."""
    enroll_staff(ctx, station_id=make_station(ctx), username="chief")
    body = {"username": "chief", "password": PASSWORD, "totp": pyotp.TOTP(FACTOR).at(ctx.now)}
    answer = client.post("/cockpit/session", json=body, headers=OURS)
    assert answer.status_code == 200, answer.json
    assert set(answer.json) == {"access_token", "expires_in"}
    return client


def token_in(browser: FlaskClient) -> str:
    cookie = browser.get_cookie(COOKIE, path="/cockpit/session")
    return cookie.value if cookie else ""


def refresh(browser: FlaskClient, **headers: str):
    return browser.post("/cockpit/session/refresh", headers=OURS | headers)


def a_minute_later(ctx: Ctx, seconds: float) -> None:
    """As if everything had happened so long ago."""
    ctx.session.execute(
        text("UPDATE sessions SET rotated_at = rotated_at - :ago, created_at = created_at - :ago"),
        {"ago": timedelta(seconds=seconds)},
    )


def test_no_script_and_no_other_site_gets_at_the_cookie(browser: FlaskClient) -> None:
    cookie = browser.get_cookie(COOKIE, path="/cockpit/session")
    assert (cookie.http_only, cookie.same_site, cookie.path) == (True, "Strict", "/cockpit/session")
    assert not cookie.secure  # this installation's public address is http; with https it is


def test_the_access_token_works_like_any_other(browser: FlaskClient) -> None:
    access = refresh(browser).json["access_token"]
    assert browser.get("/v1/me", headers={"Authorization": f"Bearer {access}"}).json["username"] == "chief"


@pytest.mark.parametrize("path", ["/cockpit/session", "/cockpit/session/refresh"])
def test_another_sites_page_is_refused(browser: FlaskClient, path: str) -> None:
    before = token_in(browser)
    assert browser.post(path, json={}).json["code"] == "cockpit_foreign_page"
    cross = OURS | {"Sec-Fetch-Site": "cross-site"}
    assert browser.post(path, json={}, headers=cross).json["code"] == "cockpit_foreign_page"
    assert token_in(browser) == before


def test_a_browser_nobody_signed_in_with_gets_nothing(client: FlaskClient) -> None:
    answer = refresh(client)
    assert (answer.status_code, answer.json["code"]) == (401, "cockpit_not_signed_in")


def test_a_tab_that_comes_late_gets_the_token_the_first_one_got(browser: FlaskClient) -> None:
    first = token_in(browser)
    assert refresh(browser).status_code == 200
    second = token_in(browser)
    assert second != first
    browser.set_cookie(COOKIE, first, path="/cockpit/session")
    assert refresh(browser).status_code == 200
    assert token_in(browser) == second


def test_a_fresh_token_is_kept_so_that_nobody_is_overtaken_twice(browser: FlaskClient, ctx: Ctx) -> None:
    refresh(browser)
    token = token_in(browser)
    assert refresh(browser).status_code == 200
    assert token_in(browser) == token
    a_minute_later(ctx, REST.total_seconds() + 1)
    assert refresh(browser).status_code == 200
    assert token_in(browser) != token


def test_a_stolen_token_used_later_ends_the_session(browser: FlaskClient, ctx: Ctx) -> None:
    stolen = token_in(browser)
    refresh(browser)
    mine = token_in(browser)
    a_minute_later(ctx, GRACE.total_seconds() + 1)
    browser.set_cookie(COOKIE, stolen, path="/cockpit/session")
    assert refresh(browser).json["code"] == "refresh_token_refused"
    assert token_in(browser) == ""  # the answer takes the cookie away
    browser.set_cookie(COOKIE, mine, path="/cockpit/session")
    assert refresh(browser).json["code"] == "refresh_token_refused"


def test_a_wrong_password_leaves_no_cookie(client: FlaskClient, ctx: Ctx) -> None:
    enroll_staff(ctx, station_id=make_station(ctx), username="somebody")
    body = {"username": "somebody", "password": "wrong", "totp": "000000"}
    assert client.post("/cockpit/session", json=body, headers=OURS).json["code"] == "sign_in_refused"
    assert token_in(client) == ""


def test_closing_the_browser_takes_the_cookie_away(browser: FlaskClient) -> None:
    assert browser.delete("/cockpit/session", headers=OURS).status_code == 204
    assert token_in(browser) == ""
