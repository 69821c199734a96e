"""A message's life, and the rank that receipts raise."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.notifications.rules.receipts import TWILIO_STATES, merge_receipts, read_signed_id, sign_message_id
from api.notifications.rules.states import MESSAGES, RANK, STATE_OF_ACK, raise_state
from api.notifications.types import AckKind, MessageEvent, MessageState
from tests.notifications.letters import message_id

pytestmark = pytest.mark.unit
STATES = st.sampled_from(sorted(MessageState))
STATUSES = st.lists(st.sampled_from([*TWILIO_STATES, "receiving", ""]), max_size=6)


def test_every_state_can_be_reached_and_every_event_is_used() -> None:
    assert set(MESSAGES.table.values()) | {MESSAGES.initial} == set(MessageState)
    assert {event for _, event in MESSAGES.table} == set(MessageEvent)
    assert set(RANK) == set(MessageState)
    assert set(STATE_OF_ACK) == set(AckKind)


def test_every_state_but_the_final_one_leads_somewhere() -> None:
    assert set(MessageState) - {state for state, _ in MESSAGES.table} == MESSAGES.final


def test_rank_falls_on_no_event() -> None:
    assert [pair for pair, after in MESSAGES.table.items() if RANK[after] < RANK[pair[0]]] == []


@given(STATES, STATUSES, st.randoms())
def test_receipts_in_any_order_and_number_give_one_result(current, statuses, random) -> None:
    shuffled = [*statuses, *random.choices(statuses or ["sent"], k=2 if statuses else 0)]
    random.shuffle(shuffled)
    assert merge_receipts(current, shuffled) is merge_receipts(current, statuses)


@given(STATES, STATUSES)
def test_a_receipt_never_lowers_the_rank(current, statuses) -> None:
    assert RANK[merge_receipts(current, statuses)] >= RANK[current]


def test_proof_outranks_every_conclusion_of_ours() -> None:
    for ended in (MessageState.DEAD, MessageState.EXPIRED, MessageState.CANCELLED, MessageState.FALLBACK):
        assert raise_state(ended, MessageState.DELIVERED) is MessageState.DELIVERED
        assert raise_state(MessageState.READ, ended) is MessageState.READ


def test_every_order_of_a_real_life_ends_alike() -> None:
    for order in itertools.permutations(["queued", "sent", "delivered", "read"]):
        assert merge_receipts(MessageState.LEASED, order) is MessageState.READ
    for order in itertools.permutations(["queued", "sent", "undelivered"]):
        assert merge_receipts(MessageState.UNKNOWN, order) is MessageState.DEAD


@given(st.binary(min_size=32, max_size=32))
def test_a_signed_id_comes_back_only_under_its_key(key) -> None:
    signed = sign_message_id(message_id(1), key)
    assert read_signed_id(signed, key) == message_id(1)
    assert read_signed_id(signed, key[::-1] + b"x") is None


@given(st.text(max_size=80))
def test_any_text_is_read_as_a_signed_id_or_refused(text) -> None:
    assert read_signed_id(text, b"k" * 32) is None
