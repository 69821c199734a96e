"""Two providers of texts: who carries what, and what happens to the texts of one that is ill."""

import time
from datetime import timedelta

import pytest
from sqlalchemy import text

from api.notifications.rules.templates import LINK
from api.notifications.service import queue_notices
from api.notifications.types import Provider
from tests.builders.grids import make_station
from tests.builders.notifications import Reachable, make_notice, make_reachable, queue_notice
from tests.pusher.conftest import Station, accepted, wait_until

STATES = "SELECT state, count(*)::int FROM outbox GROUP BY state"
ATTEMPTS = "SELECT provider, outcome, code FROM message_attempts ORDER BY message_id, number"


def ask(station: Station, count: int = 1, **changes) -> list[Reachable]:
    """So many people without the app, each sent one text."""

    def queue(ctx) -> list[Reachable]:
        place = make_station(ctx)
        people = [make_reachable(ctx, place, phones=0) for _ in range(count)]
        queue_notices(ctx, [make_notice(ctx, somebody, **changes) for somebody in people])
        return people

    return station.do(queue)


def prefer(station: Station, provider: Provider) -> None:
    """Nothing by chance: all numbers at home go to this provider while it is well."""
    weigh = "UPDATE sms_routes SET weight = CASE WHEN provider = :provider THEN 100 ELSE 0 END WHERE prefix = '+86'"
    station.do(lambda ctx: ctx.session.execute(text(weigh), {"provider": provider.value}))


def wait_sent(station: Station, count: int, seconds: float = 30.0) -> None:
    wait_until(
        lambda: dict(map(tuple, station.rows(STATES))).get("sent", 0) == count,
        seconds,
        lambda: str(station.rows(ATTEMPTS)),
    )


def numbers(people: list[Reachable]) -> list[str]:
    return [somebody.person.phone for somebody in people]


def test_a_text_at_home_goes_out_in_registered_words(texting: Station, aliyun, twilio) -> None:
    prefer(texting, Provider.ALIYUN)
    [somebody] = ask(texting, variables={LINK: "/t/" + "k" * 30})
    with texting.pusher():
        wait_sent(texting, 1)
    [entry] = accepted(aliyun, somebody.person.phone)
    assert entry["body"] == "【网格联动】有事需要您帮忙，请打开链接答复：http://127.0.0.1:9/t/" + "k" * 30
    assert accepted(twilio, somebody.person.phone) == []
    [row] = texting.rows("SELECT id, provider, provider_ref FROM outbox")
    assert (row.provider, row.provider_ref, entry["msg_id"]) == ("aliyun", entry["id"], str(row.id))


def test_a_number_abroad_goes_to_who_may_carry_it(texting: Station, aliyun, twilio) -> None:
    [somebody] = ask(texting)
    texting.do(lambda ctx: ctx.session.execute(text("DELETE FROM sms_routes WHERE prefix = '+86'")))
    with texting.pusher():
        wait_sent(texting, 1)
    assert len(accepted(twilio, somebody.person.phone)) == 1


def test_texts_of_a_broken_provider_go_through_the_other_at_once(texting: Station, aliyun, twilio) -> None:
    prefer(texting, Provider.ALIYUN)
    aliyun.control(failures={"500": 1.0})
    began = time.monotonic()
    people = ask(texting, 20)
    with texting.pusher():
        wait_sent(texting, 20)
    assert time.monotonic() - began < 5
    assert len(accepted(twilio, *numbers(people))) == 20
    assert accepted(aliyun, *numbers(people)) == []
    [breaker] = texting.rows(
        "SELECT open_until IS NOT NULL AS open, reason FROM provider_breakers WHERE provider = 'aliyun'"
    )
    assert (breaker.open, breaker.reason) == (True, "failing")


def test_a_provider_that_rested_comes_back_by_one_probe_while_the_other_works(texting: Station, aliyun, twilio) -> None:
    prefer(texting, Provider.ALIYUN)
    rest = (
        "UPDATE provider_breakers SET open_until = now() - interval '1 second', openings = 1 WHERE provider = 'aliyun'"
    )
    texting.do(lambda ctx: ctx.session.execute(text(rest)))
    people = ask(texting, 6)
    with texting.pusher():
        wait_sent(texting, 6)
        first = len(accepted(aliyun, *numbers(people)))
        more = ask(texting, 6)
        wait_sent(texting, 12)
    assert first == 1
    assert len(accepted(twilio, *numbers(people))) == 5
    assert len(accepted(aliyun, *numbers(more))) == 6


def test_a_revoked_key_costs_no_text(texting: Station, aliyun, twilio) -> None:
    prefer(texting, Provider.ALIYUN)
    aliyun.control(revoked=True)
    people = ask(texting, 4)
    with texting.pusher():
        wait_sent(texting, 4)
    assert len(accepted(twilio, *numbers(people))) == 4
    reason = texting.rows("SELECT reason FROM provider_breakers WHERE provider = 'aliyun'")[0].reason
    assert reason == "InvalidAccessKeyId.Inactive"


def test_a_throttled_provider_is_left_alone_for_as_long_as_it_asks(texting: Station, aliyun, twilio) -> None:
    prefer(texting, Provider.ALIYUN)
    early = aliyun.counts()["early"]
    aliyun.control(failures={"429": 1.0}, retry_after_s=3)
    people = ask(texting, 3)
    with texting.pusher():
        wait_sent(texting, 3)
        more = ask(texting, 3)
        wait_sent(texting, 6)
    assert len(accepted(twilio, *numbers(people + more))) == 6
    assert aliyun.counts()["early"] - early <= 3


@pytest.mark.parametrize("words", ["draft", "rejected"])
def test_words_that_are_not_approved_are_not_sent_by_who_needs_approval(
    texting: Station, aliyun, twilio, words
) -> None:
    prefer(texting, Provider.ALIYUN)
    undo = "UPDATE sms_templates SET state = :state, reason = 'no' WHERE template = 'offer'"
    texting.do(lambda ctx: ctx.session.execute(text(undo), {"state": words}))
    [somebody] = ask(texting)
    with texting.pusher():
        wait_sent(texting, 1)
        texting.do(lambda ctx: ctx.session.execute(text("DELETE FROM sms_routes WHERE provider = 'twilio'")))
        message = texting.do(lambda ctx: queue_notice(ctx, somebody))
        texting.wait_for_state(message, "dead")
    assert len(accepted(twilio, somebody.person.phone)) == 1
    assert (
        texting.rows("SELECT error_code FROM outbox WHERE id = :id", id=message)[0].error_code
        == "template_not_approved"
    )
    assert accepted(aliyun, somebody.person.phone) == []


def test_what_one_provider_will_not_carry_another_may(texting: Station, aliyun, twilio) -> None:
    prefer(texting, Provider.ALIYUN)
    [somebody] = ask(texting)
    aliyun.control(limited_numbers=[somebody.person.phone])
    with texting.pusher():
        wait_sent(texting, 1)
    assert [tuple(row) for row in texting.rows(ATTEMPTS)] == [
        ("aliyun", "permanent", "isv.BUSINESS_LIMIT_CONTROL"),
        ("twilio", "accepted", None),
    ]


def test_a_wrong_number_is_tried_once(texting: Station, aliyun, twilio) -> None:
    prefer(texting, Provider.ALIYUN)
    [somebody] = ask(texting)
    aliyun.control(invalid_numbers=[somebody.person.phone])
    with texting.pusher():
        wait_until(lambda: len(texting.rows("SELECT 1 FROM outbox WHERE state = 'dead'")) == 1)
    assert [tuple(row) for row in texting.rows(ATTEMPTS)] == [("aliyun", "permanent", "isv.MOBILE_NUMBER_ILLEGAL")]


def test_the_third_identical_text_of_a_day_is_not_sent(texting: Station, aliyun, twilio) -> None:
    prefer(texting, Provider.TWILIO)
    somebody = texting.do(lambda ctx: make_reachable(ctx, phones=0))
    with texting.pusher():
        for state in ("sent", "sent", "dead"):
            message = texting.do(lambda ctx: queue_notice(ctx, somebody, template="stand_down"))
            texting.wait_for_state(message, state)
    assert len(accepted(twilio, somebody.person.phone)) == 2
    assert texting.rows("SELECT error_code FROM outbox WHERE id = :id", id=message)[0].error_code == "quota_identical"


def test_the_quota_holds_within_one_claim(texting: Station, aliyun, twilio) -> None:
    prefer(texting, Provider.TWILIO)

    def queue(ctx) -> Reachable:
        somebody = make_reachable(ctx, phones=0)
        queue_notices(ctx, [make_notice(ctx, somebody, template="stand_down") for _ in range(5)])
        return somebody

    somebody = texting.do(queue)
    with texting.pusher():
        wait_until(lambda: dict(map(tuple, texting.rows(STATES))) == {"sent": 2, "dead": 3})
    assert len(accepted(twilio, somebody.person.phone)) == 2


def test_what_a_text_costs_is_written_down_with_the_call(texting: Station, aliyun, twilio) -> None:
    prefer(texting, Provider.ALIYUN)
    ask(texting, 2)
    with texting.pusher():
        wait_sent(texting, 2)
        prefer(texting, Provider.TWILIO)
        ask(texting)
        wait_sent(texting, 3)
    charges = texting.rows("SELECT provider, parts, currency, amount, certain FROM message_charges ORDER BY charged_at")
    assert [(c.provider, c.parts, c.currency, float(c.amount), c.certain) for c in charges] == [
        ("aliyun", 1, "CNY", 0.045, True),
        ("aliyun", 1, "CNY", 0.045, True),
        ("twilio", 1, "USD", 0.0508, True),
    ]
    spent = texting.rows("SELECT currency, amount FROM daily_spend ORDER BY currency")
    assert [(row.currency, float(row.amount)) for row in spent] == [("CNY", 0.09), ("USD", 0.0508)]


def test_over_the_daily_cap_notices_wait_and_alerts_go_out(texting: Station, aliyun, twilio) -> None:
    texting.app.extensions["gridloop.settings"] = texting.settings.model_copy(update={"sms_daily_caps": "CNY:1,USD:5"})
    spent = "INSERT INTO daily_spend VALUES ((now() AT TIME ZONE 'Asia/Shanghai')::date, 'CNY', 1)"
    texting.do(lambda ctx: ctx.session.execute(text(spent)))
    notices = ask(texting, 2, urgency="normal", expires_at=None or texting.do(lambda ctx: ctx.now) + timedelta(hours=1))
    alerts = ask(texting, 2)
    with texting.pusher():
        wait_sent(texting, 2)
        assert dict(map(tuple, texting.rows(STATES))) == {"queued": 2, "sent": 2}
        texting.do(lambda ctx: ctx.session.execute(text("DELETE FROM daily_spend")))
        wait_sent(texting, 4)
    reached = accepted(twilio, *numbers(alerts + notices)) + accepted(aliyun, *numbers(alerts + notices))
    assert len(reached) == 4
