"""A notice and a silent test all the way to the provider's stand-in, which is as strict as the provider."""

from datetime import timedelta

from sqlalchemy import text

from api.notices.types import Target
from api.notifications.service import reachability
from api.plumbing.context import Ctx
from tests.notices.stage import ZH, make_stage, send
from tests.pusher.conftest import (  # noqa: F401  fixtures
    Station,
    fcm,
    fcm_process,
    sending_settings,
    station,
    twilio,
    twilio_process,
    wait_until,
)

LEFT = "SELECT count(*) FROM outbox WHERE state NOT IN ('sent', 'delivered', 'read')"


def test_an_open_notice_reaches_phones_and_numbers_with_its_words(station: Station, fcm, twilio) -> None:  # noqa: F811
    def write(ctx: Ctx) -> tuple[str, str]:
        stage = make_stage(ctx)
        ann, bob = stage.add("ann", "e1"), stage.add("bob", "e1", phones=0)
        send(stage.desk(), Target(unit_ids=(stage.east,)), open_text=True)
        return ann.tokens[0], bob.person.phone

    token, number = station.do(write)
    with station.pusher():
        wait_until(lambda: station.rows(LEFT)[0][0] == 0)
        # A provider that has taken a message still has to bring it.
        wait_until(lambda: delivered(fcm, token) != [] and delivered(twilio, number) != [])
    (pushed,) = [entry for entry in fcm.ledger() if entry["to"] == token]
    (texted,) = [entry for entry in twilio.ledger() if entry["to"] == number]
    assert pushed["msg_id"]
    assert [message["notification"]["body"] for message in delivered(fcm, token)] == [ZH.body]
    assert [message["body"] for message in delivered(twilio, number)] == [f"【网格联动】{ZH.title}：{ZH.body}"]
    assert texted["id"]


def test_a_silent_test_is_taken_by_the_provider_and_shows_nothing(station: Station, fcm) -> None:  # noqa: F811
    def prepare(ctx: Ctx) -> str:
        ann = make_stage(ctx).add("ann", "e1")
        reachability.enrol_for_tests(ctx)
        ctx.session.execute(text("UPDATE reach_states SET next_at = :now"), {"now": ctx.now - timedelta(seconds=1)})
        assert reachability.test_reachability(ctx).tested == 1
        return ann.tokens[0]

    token = station.do(prepare)
    with station.pusher():
        wait_until(lambda: station.rows(LEFT)[0][0] == 0)
    (message,) = delivered(fcm, token)
    assert message["data"]["type"] == "reach_test"
    assert "notification" not in message
    assert "notification" not in message["android"]
    assert message["apns"]["payload"]["aps"] == {"content-available": 1}


def delivered(provider, address: str) -> list[dict]:
    """What has arrived on a phone."""
    return [arrival["message"] for arrival in provider.messages(address)]
