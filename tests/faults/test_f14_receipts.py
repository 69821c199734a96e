"""F14: receipts doubled, shuffled and late by hours come to one result, the one of the highest rank."""

import itertools
import json
import random
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from twilio.request_validator import RequestValidator

from api.notifications.rules.receipts import TWILIO_STATES, merge_receipts, sign_message_id
from api.notifications.rules.states import RANK
from api.notifications.service import queue_notices
from api.notifications.types import LadderStep, MessageState
from api.plumbing.context import SYSTEM, Ctx, unit_of_work
from tests.builders.grids import make_station
from tests.builders.notifications import make_notice, make_reachable
from tests.conftest import KEYS
from tests.faults.conftest import LONG

MESSAGES = 2_000 if LONG else 460
TIMES, THREADS, SEED = 3, 4, 14
LIVES = [["queued", "sent", "delivered"], ["queued", "sending", "sent", "undelivered"], ["sent", "delivered", "failed"],
         ["accepted", "sent", "delivered", "read"], ["queued", "failed"]]  # fmt: skip
WORDS = st.sampled_from(sorted(TWILIO_STATES))
ACCOUNT, TOKEN = KEYS["GRIDLOOP_TWILIO_ACCOUNT_SID"], KEYS["GRIDLOOP_TWILIO_AUTH_TOKEN"]
SECRET = KEYS["GRIDLOOP_SECRET_KEY"].encode()


@pytest.mark.unit
@given(st.sampled_from(sorted(MessageState)), st.lists(WORDS, max_size=5), st.randoms(use_true_random=False))
def test_a_receipt_in_any_order_and_number_gives_one_result(before, words: list[str], mix: random.Random) -> None:
    once = merge_receipts(before, words)
    again = words * 3
    mix.shuffle(again)
    shuffled = merge_receipts(before, again)
    assert RANK[shuffled] == RANK[once] >= RANK[before]
    # Two ends of one rank (a failure, and having been withdrawn) say the same: nothing proves that it arrived.
    assert shuffled == once or RANK[once] == RANK[MessageState.DEAD]


def queue_many(ctx: Ctx) -> list[UUID]:
    """Texts, each on a ladder: a third of them expired and another third withdrawn hours ago."""
    station_id = make_station(ctx)
    people = [make_reachable(ctx, station_id, phones=0) for _ in range(MESSAGES)]
    ids = queue_notices(ctx, [make_notice(ctx, one, ladder=(LadderStep("sms"),)) for one in people])
    statement = text("UPDATE outbox SET state = :state, rank = 2, expires_at = now() WHERE id = ANY(:ids)")
    for state, share in (("expired", ids[::3]), ("cancelled", ids[1::3])):
        ctx.session.execute(statement, {"state": state, "ids": share})
    return ids


def knock(app: Flask, told: tuple[UUID, str, str]) -> int:
    message_id, sid, status = told
    path = f"/webhooks/twilio/status?m={sign_message_id(message_id, SECRET)}"
    form = {"MessageSid": sid, "MessageStatus": status, "AccountSid": ACCOUNT}
    signature = RequestValidator(TOKEN).compute_signature(KEYS["GRIDLOOP_PUBLIC_URL"] + path, form)
    return app.test_client().post(path, data=form, headers={"X-Twilio-Signature": signature}).status_code


def test_f14_no_order_of_receipts_ends_wrong(committed_app: Flask) -> None:
    draw = random.Random(SEED)
    with committed_app.app_context(), unit_of_work(SYSTEM) as ctx:
        ids = queue_many(ctx)
        before = dict(ctx.session.execute(text("SELECT id, state FROM outbox")).all())
    lives = dict(zip(ids, itertools.cycle(LIVES), strict=False))
    told = [(m, f"SM{m.hex}", status) for m, life in lives.items() for status in life for _ in range(TIMES)]
    draw.shuffle(told)
    with ThreadPoolExecutor(THREADS) as threads:
        answers = set(threads.map(lambda one: knock(committed_app, one), told))
    with committed_app.app_context(), unit_of_work(SYSTEM) as ctx:
        rows = ctx.session.execute(text("SELECT id, state, rank FROM outbox WHERE channel = 'sms'")).all()
        parked = ctx.session.scalar(text("SELECT count(*) FROM provider_receipts WHERE applied_at IS NULL"))
    wrong = sum(
        {row.rank, RANK[MessageState(row.state)]} != {RANK[merge_receipts(MessageState(before[row.id]), lives[row.id])]}
        for row in rows
    )
    last = {message: status for message, _, status in told}
    naive = sum(RANK[TWILIO_STATES[last[row.id]]] != row.rank for row in rows)
    line = {"test": "F14", "seed": SEED, "messages": len(ids), "webhooks": len(told), "wrong": wrong, "parked": parked}
    print(json.dumps(line | {"last write wins would be wrong": naive}))
    assert (answers, wrong, parked) == ({204}, 0, 0)
    assert naive > len(ids) / 4, "the shuffle would not have shown anything"
