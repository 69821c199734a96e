"""Providers that refuse, throttle, hang, drip, lose their replies or no longer know us."""

import time
from datetime import timedelta
from uuid import UUID

from tests.builders.grids import make_station
from tests.builders.notifications import make_reachable, queue_notice
from tests.pusher.conftest import Station, accepted, wait_until


def test_a_throttled_provider_is_not_called_before_the_time_it_named(station: Station, fcm) -> None:
    first, second = station.do(lambda ctx: (make_reachable(ctx), make_reachable(ctx)))
    fcm.control(failures={"429": 1.0}, retry_after_s=2.5)
    refused = fcm.counts()["refused"].get("429", 0)
    with station.pusher():
        message = station.do(lambda ctx: queue_notice(ctx, first))
        wait_until(lambda: fcm.counts()["refused"].get("429", 0) == refused + 1)
        asked = time.time()
        fcm.control(failures={})
        station.wait_for_state(message, "queued")
        # Another message, never refused itself, must not call either.
        other = station.do(lambda ctx: queue_notice(ctx, second))
        station.wait_for_state(message, "sent")
        station.wait_for_state(other, "sent")
    calls = [entry["at"] for entry in accepted(fcm, *first.tokens, *second.tokens)]
    assert len(calls) == 2
    assert min(calls) >= asked + 2.4


def test_a_refused_push_is_tried_again_later(station: Station, fcm) -> None:
    somebody = station.do(make_reachable)
    fcm.control(failures={"503": 1.0})
    with station.pusher():
        message = station.do(lambda ctx: queue_notice(ctx, somebody))
        wait_until(lambda: len(station.rows("SELECT 1 FROM message_attempts")) == 1)
        fcm.reset()
        station.wait_for_state(message, "sent")
    outcomes = station.rows("SELECT outcome, code FROM message_attempts ORDER BY number")
    assert [tuple(row) for row in outcomes] == [("retry", "503"), ("accepted", None)]
    assert len(accepted(fcm, *somebody.tokens)) == 1


def test_while_push_is_down_alerts_go_over_texts_and_notices_wait(station: Station, fcm, twilio) -> None:
    def queue(ctx):
        station_id = make_station(ctx)
        people = [make_reachable(ctx, station_id) for _ in range(6)]
        notices = [queue_notice(ctx, somebody, urgency="normal") for somebody in people]
        return people, notices, [queue_notice(ctx, somebody) for somebody in people]

    fcm.control(failures={"500": 1.0})
    people, notices, alerts = station.do(queue)
    with station.pusher():
        wait_until(lambda: len(accepted(twilio, *(p.person.phone for p in people))) == 6)
    assert {station.state(message) for message in alerts} == {"fallback"}
    assert {station.state(message) for message in notices} == {"queued"}
    [breaker] = station.rows("SELECT reason, open_until > now() AS open FROM provider_breakers WHERE provider = 'fcm'")
    assert (breaker.reason, breaker.open) == ("failing", True)


def test_a_revoked_credential_retires_no_token_and_comes_back_by_one_probe(station: Station, fcm, twilio) -> None:
    def queue(ctx):
        somebody = make_reachable(ctx)
        return somebody, queue_notice(ctx, somebody), queue_notice(ctx, somebody, urgency="normal")

    fcm.control(revoked=True)
    somebody, alert, notice = station.do(queue)
    with station.pusher():
        wait_until(lambda: len(accepted(twilio, somebody.person.phone)) == 1)
        station.wait_for_state(notice, "queued")
        assert station.state(alert) == "fallback"
        assert [row.state for row in station.rows("SELECT state FROM devices")] == ["active"]
        fcm.reset()
        wait_until(lambda: rested(station, notice) == "sent")
    [breaker] = station.rows("SELECT * FROM provider_breakers WHERE provider = 'fcm'")
    assert (breaker.open_until, breaker.failures, breaker.probing) == (None, 0, False)


def rested(station: Station, message: UUID) -> str:
    """Let the provider's rest be over, and look at the message."""
    station.rows("UPDATE provider_breakers SET open_until = now() WHERE open_until > now() RETURNING 1")
    station.rows("UPDATE outbox SET next_at = now() WHERE id = :id RETURNING 1", id=message)
    return station.state(message)


def test_a_lost_reply_means_unknown_and_an_alert_is_sent_again_under_its_id(station: Station, fcm) -> None:
    somebody = station.do(make_reachable)
    fcm.control(drop_reply=1.0)
    with station.pusher():
        message = station.do(lambda ctx: queue_notice(ctx, somebody))
        wait_until(lambda: len(accepted(fcm, *somebody.tokens)) >= 1)
        fcm.reset()
        station.wait_for_state(message, "sent")
    calls = accepted(fcm, *somebody.tokens)
    unknown = station.rows("SELECT 1 FROM message_attempts WHERE outcome = 'unknown' AND provider = 'fcm'")
    assert {UUID(entry["msg_id"]) for entry in calls} == {message}
    assert len(calls) - 1 == len(unknown) > 0


def test_a_code_of_unknown_fate_is_not_sent_again(station: Station, twilio) -> None:
    somebody = station.do(lambda ctx: make_reachable(ctx, phones=0))
    code = {"urgency": "otp", "template": "sign_in_code", "variables": {"code": "123456"}}
    twilio.control(drop_reply=1.0)
    with station.pusher():
        message = station.do(lambda ctx: queue_notice(ctx, somebody, **code))
        station.wait_for_state(message, "unknown")
    assert len(accepted(twilio, somebody.person.phone)) == 1


def test_a_notice_of_unknown_fate_waits_a_minute_for_its_receipt(station: Station, twilio) -> None:
    somebody = station.do(lambda ctx: make_reachable(ctx, phones=0))
    twilio.control(drop_reply=1.0)
    with station.pusher():
        message = station.do(lambda ctx: queue_notice(ctx, somebody, urgency="normal"))
        station.wait_for_state(message, "unknown")
        twilio.reset()
        age = "UPDATE outbox SET unknown_at = now() - make_interval(secs => :age) WHERE id = :id RETURNING 1"
        station.rows(age, id=message, age=50)
        station.do(lambda ctx: queue_notice(ctx, make_reachable(ctx)))
        assert station.state(message) == "unknown"
        station.rows(age, id=message, age=61)
        station.wait_for_state(message, "sent")
    assert len(accepted(twilio, somebody.person.phone)) == 2


def test_a_server_that_hangs_or_drips_costs_one_deadline_and_no_other_lane(station: Station, fcm, twilio) -> None:
    hung, dripped, texted = station.do(
        lambda ctx: (make_reachable(ctx), make_reachable(ctx), make_reachable(ctx, phones=0))
    )
    # Beyond its first life: the one try is what is looked at.
    life = {"expires_at": station.do(lambda ctx: ctx.now) + timedelta(seconds=20), "urgency": "normal"}
    with station.pusher(deadline_s=1.0, lease_s=3.0):
        warm = station.do(lambda ctx: queue_notice(ctx, dripped))
        station.wait_for_state(warm, "sent")
        fcm.control(hang=1.0)
        message = station.do(lambda ctx: queue_notice(ctx, hung, **life))
        station.wait_for_state(message, "leased")
        text = station.do(lambda ctx: queue_notice(ctx, texted, urgency="normal"))
        station.wait_for_state(text, "sent")
        assert station.state(message) == "leased"
        station.wait_for_state(message, "unknown")
        fcm.control(hang=0.0, drip=1.0)
        slow = station.do(lambda ctx: queue_notice(ctx, dripped, **life))
        station.wait_for_state(slow, "unknown")
    took = station.rows("SELECT took_ms FROM message_attempts WHERE outcome = 'unknown'")
    # Far less than the server would have taken, however busy the machine is.
    assert [1000 <= row.took_ms < 8000 for row in took] == [True, True]
