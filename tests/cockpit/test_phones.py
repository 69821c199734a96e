"""The wall of simulated phones: a text arrives, somebody takes the phone and says yes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from api.cockpit.rules.arrivals import message_id_of, shown_of
from api.cockpit.types import Arrival
from api.identity.types import Role
from api.kernel.geo import Point
from tests.builders.duty import make_on_duty
from tests.builders.grids import make_station
from tests.builders.identity import enroll, sign_in
from tests.cockpit.conftest import assert_accessible
from tests.cockpit.desk import file_incident, post
from tests.cockpit.site import Site, python
from tests.journey.system import eventually
from tests.sandboxes import RunningTwilio, start_twilio

FAR = Point(29.7355, 107.4155)  # a corner of the station where no other test's people stand


@pytest.fixture
def texts(site: Site, tmp_path: Path) -> Iterator[RunningTwilio]:
    """Texts of the site are being sent, to this stand-in."""
    port = int(site.env["GRIDLOOP_TWILIO_BASE_URL"].rsplit(":", 1)[1])
    twilio = start_twilio(tmp_path, port=port)
    site.start("pusher", *python("workers.pusher"))
    yield twilio
    pusher = site.processes.pop("pusher")
    pusher.terminate()
    pusher.wait(20)
    twilio.stop()


@pytest.mark.browser
def test_somebody_takes_a_phone_and_says_yes(site: Site, texts: RunningTwilio, page_as) -> None:
    with site.ctx() as ctx:
        volunteer = make_on_duty(ctx, site.station_id, FAR, fix_age_s=5)
    incident = file_incident(site, at=FAR)
    with site.api("dispatcher") as desk:
        dispatch = post(desk, f"/v1/incidents/{incident['id']}/dispatches")
        eventually(lambda: texts.messages(volunteer.person.phone), within=120, what="the text to be sent")
        page = page_as("dispatcher", "/cockpit/phones")
        phone = page.locator("article.phone").filter(has_text=volunteer.person.phone)
        expect(phone.locator(".phone-message[data-kind=text]").first).to_be_visible()
        assert_accessible(page)
        phone.get_by_role("button", name="拿起手机").click()
        phone.get_by_role("button", name="接受").click(timeout=120_000)  # after a code has come
        expect(phone.get_by_role("button", name="出发")).to_be_visible()
        offers = desk.get(f"/v1/dispatches/{dispatch['id']}").json()["offers"]
        assert [offer["state"] for offer in offers if offer["member_id"] == str(volunteer.member_id)] == ["accepted"]


def test_where_real_people_are_reached_there_is_no_wall(client, ctx, shared_app) -> None:
    desk = enroll(ctx, station_id=make_station(ctx), roles=[Role.DISPATCHER])
    assert client.get("/cockpit/phones/messages", headers=sign_in(shared_app, ctx, desk)).status_code == 404
    assert client.get("/cockpit/phones").status_code == 404


MESSAGE = "018f5a3e-7c1b-7d2a-9f00-5e1b2c3d4e5f"


@pytest.mark.unit
@pytest.mark.parametrize(
    ("stand_in", "message", "kind", "body"),
    [
        (
            "fcm",
            {"data": {"msg_id": MESSAGE, "type": "offer"}, "notification": {"title": "t", "body": "b"}},
            "push",
            "b",
        ),
        ("webpush", {"msg_id": MESSAGE, "type": "offer", "title": "t", "body": "b"}, "push", "b"),
        ("twilio", {"body": "hello"}, "text", "hello"),
        ("aliyun", {"body": "hello"}, "text", "hello"),
        ("twilio", {"kind": "call", "sid": "CA1", "from": "+15005550006"}, "call", ""),
    ],
)
def test_a_phone_shows_what_arrived(stand_in: str, message: dict, kind: str, body: str) -> None:
    arrival = Arrival(stand_in, "somewhere", 1.0, message)
    shown = shown_of(arrival)
    assert shown is not None
    assert (shown.kind, shown.body) == (kind, body)
    assert message_id_of(arrival) == (MESSAGE if kind == "push" else "")


@pytest.mark.unit
def test_a_silent_push_shows_nothing() -> None:
    assert shown_of(Arrival("fcm", "x", 1.0, {"data": {"msg_id": MESSAGE, "silent": "1"}})) is None
