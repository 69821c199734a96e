"""F15: receipts that come before the call returned, or for a message nobody knows yet, are not lost."""

import json
import secrets
from concurrent.futures import ThreadPoolExecutor

from twilio.request_validator import RequestValidator

from api.notifications.service import queue_notices
from api.notifications.service.receipts import apply_parked
from api.notifications.types import LadderStep
from api.plumbing.context import Ctx
from tests.builders.grids import make_station
from tests.builders.notifications import make_notice, make_reachable
from tests.faults.conftest import LONG
from tests.faults.test_f14_receipts import ACCOUNT, TOKEN
from tests.pusher.conftest import Station, accepted, free_port, wait_until
from tests.pusher.serving import open_station

__all__ = ["free_port", "open_station"]
MESSAGES = 400 if LONG else 120
UNKNOWN = 1_000 if LONG else 200


def queue_many(ctx: Ctx) -> list[str]:
    station_id = make_station(ctx)
    people = [make_reachable(ctx, station_id, phones=0) for _ in range(MESSAGES)]
    queue_notices(ctx, [make_notice(ctx, one, ladder=(LadderStep("sms"),)) for one in people])
    return [one.person.phone for one in people]


def test_f15_receipts_before_the_call_returns_are_kept(open_station: Station, twilio) -> None:
    """The stand-in reports queued, sent and delivered before it answers the request that made the message."""
    station = open_station
    twilio.control(callback_first=True)
    numbers = station.do(queue_many)
    with station.pusher():
        wait_until(lambda: _count(station, "state <> 'delivered'") == 0, 60.0)
        wait_until(lambda: _count(station, "lease_token IS NOT NULL") == 0, 20.0)
    lost = MESSAGES - _count(station, "state = 'delivered' AND provider_ref IS NOT NULL AND sent_at IS NOT NULL")
    doubled = len(accepted(twilio, *numbers)) - MESSAGES
    parked = station.rows("SELECT count(*) AS n FROM provider_receipts WHERE applied_at IS NULL")[0].n
    print(json.dumps({"test": "F15", "messages": MESSAGES, "lost": lost, "doubled": doubled, "parked": parked}))
    assert (lost, doubled, parked) == (0, 0, 0)


def test_f15_receipts_of_messages_nobody_knows_yet_are_joined_later(open_station: Station) -> None:
    station = open_station
    station.do(queue_many)
    refs = [f"SM{secrets.token_hex(16)}" for _ in range(UNKNOWN)]
    client = station.app.test_client()

    def knock(ref: str) -> int:
        form = {"MessageSid": ref, "MessageStatus": "delivered", "AccountSid": ACCOUNT}
        path = "/webhooks/twilio/status"
        signature = RequestValidator(TOKEN).compute_signature(station.settings.public_url + path, form)
        return client.post(path, data=form, headers={"X-Twilio-Signature": signature}).status_code

    with ThreadPoolExecutor(4) as threads:
        answers = set(threads.map(knock, refs * 2))
    parked = station.rows("SELECT count(*) AS n FROM provider_receipts WHERE applied_at IS NULL")[0].n
    messages = [row.id for row in station.rows("SELECT id FROM outbox")]
    # The calls return: now it is known whose they were, for as many as there are messages.
    known = dict(zip(refs, messages, strict=False))
    station.do(lambda ctx: apply_parked(ctx, known))
    lost = len(known) - _count(station, "state = 'delivered'")
    print(json.dumps({"test": "F15", "unknown": UNKNOWN, "parked": parked, "joined": len(known), "lost": lost}))
    assert (answers, parked, lost) == ({204}, UNKNOWN, 0)


def _count(station: Station, where: str) -> int:
    return int(station.rows(f"SELECT count(*) AS n FROM outbox WHERE {where}")[0].n)
