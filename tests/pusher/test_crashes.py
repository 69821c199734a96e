"""Pushers that are killed, stopped, doubled, or cut off from the database."""

import signal

import pytest

from api.notifications.service import queue_notices, withdraw
from api.notifications.service.claims import claim_letters
from tests.builders.grids import make_station
from tests.builders.notifications import Reachable, make_notice, make_reachable, queue_notice
from tests.pusher.conftest import Station, accepted, wait_until

SENT = "SELECT count(*) FROM outbox WHERE state = 'sent'"


def queue_many(station: Station, count: int, **changes) -> list[Reachable]:
    def queue(ctx) -> list[Reachable]:
        station_id = make_station(ctx)
        people = [make_reachable(ctx, station_id) for _ in range(count)]
        queue_notices(ctx, [make_notice(ctx, somebody, **changes) for somebody in people])
        return people

    return station.do(queue)


def sent(station: Station) -> int:
    return int(station.rows(SENT)[0][0])


def test_what_a_killed_pusher_held_is_sent_by_another(station: Station, fcm) -> None:
    fcm.control(latency_ms=700)
    first = station.pusher_process("--lease-s", "3", "--deadline-s", "2", "--urgent-width", "8")
    try:
        people = queue_many(station, 20)
        in_flight = "SELECT count(*) FROM outbox WHERE state = 'leased' AND handed_at IS NOT NULL"
        wait_until(lambda: station.rows(in_flight)[0][0] >= 4, 60)
    finally:
        first.send_signal(signal.SIGKILL)
        first.wait()
    held = station.rows("SELECT count(*) FROM outbox WHERE state = 'leased'")[0][0]
    assert held >= 4
    fcm.reset()
    with station.pusher():
        wait_until(lambda: sent(station) == 20, 60)
    calls = accepted(fcm, *(somebody.tokens[0] for somebody in people))
    assert len({entry["msg_id"] for entry in calls}) == 20
    lost = station.rows("SELECT count(*) FROM message_attempts WHERE code = 'sender_lost'")[0][0]
    # Only what was in hand when it died may double, and no more of it than one pusher has places.
    assert len(calls) - 20 <= lost <= 8


def test_two_pushers_at_once_double_nothing(station: Station, fcm) -> None:
    people = queue_many(station, 80, urgency="normal")
    with station.pusher(bulk_width=8), station.pusher(bulk_width=8):
        wait_until(lambda: sent(station) == 80, 15)
    calls = accepted(fcm, *(somebody.tokens[0] for somebody in people))
    assert len(calls) == len({entry["msg_id"] for entry in calls}) == 80
    assert {row.number for row in station.rows("SELECT number FROM message_attempts")} == {1}


def test_a_stopped_pusher_finishes_its_calls_and_claims_no_more(station: Station, fcm) -> None:
    fcm.control(latency_ms=400)
    with station.pusher(urgent_width=2):
        people = queue_many(station, 4)
        wait_until(lambda: len(station.rows("SELECT 1 FROM outbox WHERE state = 'leased'")) == 2)
    fcm.reset()
    states = [row.state for row in station.rows("SELECT state FROM outbox ORDER BY state")]
    assert states == ["queued", "queued", "sent", "sent"]
    assert len(accepted(fcm, *(somebody.tokens[0] for somebody in people))) == 2
    assert {row.attempts for row in station.rows("SELECT attempts FROM outbox WHERE state = 'queued'")} == {0}


@pytest.mark.parametrize(("fresh_s", "calls"), [(0.0, 0), (60.0, 1)], ids=["stale", "fresh"])
def test_a_call_that_comes_late_is_made_only_under_a_renewed_lease(
    station: Station, fcm, monkeypatch: pytest.MonkeyPatch, fresh_s: float, calls: int
) -> None:
    def claim_and_lose(ctx, order):
        claim = claim_letters(ctx, order)
        # What a sender that falls asleep here does not notice.
        withdraw(ctx, [letter.subject_id for letter in claim.letters if letter.template == "offer"])
        return claim

    monkeypatch.setattr("workers.pusher.lanes.claim_letters", claim_and_lose)
    somebody, other = station.do(lambda ctx: (make_reachable(ctx), make_reachable(ctx)))
    with station.pusher(fresh_s=fresh_s):
        station.do(lambda ctx: queue_notice(ctx, somebody))
        kept = station.do(lambda ctx: queue_notice(ctx, other, template="stand_down"))
        station.wait_for_state(kept, "sent")
        wait_until(lambda: len(accepted(fcm, *somebody.tokens)) >= calls)
    assert len(accepted(fcm, *somebody.tokens)) == calls


def test_a_pusher_survives_the_loss_of_every_connection(station: Station, fcm) -> None:
    somebody = station.do(make_reachable)
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
    with station.pusher():
        message = station.do(lambda ctx: queue_notice(ctx, somebody))
        station.wait_for_state(message, "sent")
        station.rows(f"{cut} AND pid <> pg_backend_pid()")
        other = station.do(lambda ctx: queue_notice(ctx, somebody))
        station.wait_for_state(other, "sent")
        # Listening again, and not only polling.
        listening = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"
        wait_until(lambda: len(station.rows(listening)) == 1)
    assert len(accepted(fcm, *somebody.tokens)) == 2


def test_a_pusher_beats(station: Station) -> None:
    with station.pusher():
        wait_until(lambda: len(station.rows("SELECT 1 FROM heartbeats WHERE name = 'pusher'")) == 1)
