"""What the work side decides, without a database."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.disputes.rules.norms import Norms, confirm_by, end_of, morning_before, thaw_norms
from api.disputes.rules.obligations import add_months, faults_of, spread
from api.disputes.rules.rating_links import (
    is_rating_mark,
    rating_mark,
    rating_path,
    rating_stage,
    rating_token,
    read_rating_token,
)
from api.disputes.rules.sign_off import Standing, issues_of, lacks_of
from api.disputes.rules.states import DISPUTE
from api.disputes.rules.telling import why_untold
from api.disputes.rules.work_states import OBLIGATION, OPEN_OBLIGATION, WORK_MACHINES
from api.disputes.types.mediation import Promise
from api.disputes.types.work import ObligationKind, ObligationState, ObligationStep, RatingStage, Untold
from api.kernel.errors import IllegalTransition

pytestmark = pytest.mark.unit
A, B = UUID(int=1), UUID(int=2)
TODAY = date(2026, 3, 9)
KEY = b"k" * 32
DONE = Standing(
    followed=True, visits_open=0, visits_missed=0, visits_unconfirmed=0, promises_owed=0, promises_broken=0,
    promises_unproven=0, sessions_planned=0, has_agreement=True,
)  # fmt: skip


def promise(**kw) -> Promise:
    values = {"kind": ObligationKind.PAY, "debtor_id": A, "what": "赔偿", "due_on": TODAY, "creditor_id": B}
    return Promise(**{**values, "amount": Decimal("100"), **kw})


@pytest.mark.parametrize("machine", [DISPUTE, *WORK_MACHINES], ids=lambda machine: machine.name)
def test_every_state_leaves_or_is_final(machine) -> None:
    states = set(type(machine.initial))
    leaving = {state for state, _ in machine.table}
    assert states == leaving | machine.final
    assert set(machine.table.values()) | {machine.initial} == states


@pytest.mark.parametrize("machine", [DISPUTE, *WORK_MACHINES], ids=lambda machine: machine.name)
def test_an_end_can_be_reached_from_everywhere(machine) -> None:
    ends = set(machine.final)
    for _ in type(machine.initial):
        ends |= {state for (state, _), after in machine.table.items() if after in ends}
    assert ends == set(type(machine.initial))


@settings(max_examples=40)
@given(steps=st.lists(st.sampled_from(ObligationStep), max_size=10))
def test_a_promise_kept_or_waived_never_changes_again(steps: list[ObligationStep]) -> None:
    state = OBLIGATION.initial
    for step in steps:
        if state in OBLIGATION.final:
            with pytest.raises(IllegalTransition):
                OBLIGATION.next(state, step)
        elif OBLIGATION.allows(state, step):
            state = OBLIGATION.next(state, step)
    assert (state in OPEN_OBLIGATION) != (state in OBLIGATION.final)


def test_only_what_is_final_is_not_owed_any_more() -> None:
    assert set(OPEN_OBLIGATION) == set(ObligationState) - OBLIGATION.final


@given(
    cents=st.integers(1, 10**10), number=st.integers(1, 60),
    due_on=st.dates(date(2026, 1, 1), date(2030, 12, 31)),
)  # fmt: skip
def test_instalments_add_up_and_never_go_back(cents: int, number: int, due_on: date) -> None:
    amount = Decimal(cents) / 100
    singles = spread(promise(amount=amount, instalments=number, due_on=due_on))
    assert len(singles) == number
    assert sum(single.amount for single in singles) == amount
    days = [single.due_on for single in singles]
    assert days == sorted(set(days))
    assert days[0] == due_on
    assert all(single.instalments == 1 for single in singles)


def test_a_payment_at_the_end_of_the_month_stays_there() -> None:
    days = [single.due_on for single in spread(promise(due_on=date(2026, 1, 31), instalments=4))]
    assert days == [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]


def test_three_instalments_of_a_thousand() -> None:
    amounts = [single.amount for single in spread(promise(amount=Decimal("1000"), instalments=3))]
    assert amounts == [Decimal("333.33"), Decimal("333.33"), Decimal("333.34")]


def test_months_are_counted_over_the_year() -> None:
    assert add_months(date(2026, 11, 30), 3) == date(2027, 2, 28)


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"due_on": TODAY - timedelta(days=1)}, "performance_in_past", "/obligations/1/due_on"),
        ({"due_on": date(2062, 3, 9)}, "performance_too_far", "/obligations/1/due_on"),
        ({"debtor_id": UUID(int=9)}, "unknown_party", "/obligations/1/debtor_id"),
        ({"creditor_id": UUID(int=9)}, "unknown_party", "/obligations/1/creditor_id"),
        ({"creditor_id": A}, "same_party", "/obligations/1/creditor_id"),
        ({"amount": None}, "amount_with_pay", "/obligations/1/amount"),
        ({"kind": ObligationKind.APOLOGISE}, "amount_with_pay", "/obligations/1/amount"),
    ],
)
def test_a_promise_that_cannot_be_tracked_is_named(change: dict, code: str, pointer: str) -> None:
    faults = faults_of([promise(), replace(promise(), **change)], today=TODAY, parties=frozenset({A, B}))
    assert [(fault.code, fault.pointer) for fault in faults] == [(code, pointer)]


def test_a_promise_for_today_is_no_fault() -> None:
    assert faults_of([promise(due_on=TODAY)], today=TODAY, parties=frozenset({A, B})) == []


def test_nothing_missing_is_nothing_to_say() -> None:
    assert lacks_of(DONE) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"followed": False}, "no_visit_plan"),
        ({"visits_open": 2}, "visits_open"),
        ({"visits_missed": 1}, "visits_missed"),
        ({"visits_unconfirmed": 1}, "visits_unconfirmed"),
        ({"promises_owed": 3}, "promises_owed"),
        ({"promises_broken": 1}, "promises_broken"),
        ({"promises_unproven": 1}, "promises_unproven"),
        ({"sessions_planned": 1}, "sessions_planned"),
        ({"has_agreement": False}, "no_agreement"),
    ],
)
def test_each_thing_missing_is_named_in_both_languages(change: dict, code: str) -> None:
    lacks = lacks_of(replace(DONE, **change))
    assert [lack.code for lack in lacks] == [code]
    [issue] = issues_of(lacks)
    assert issue.code == code
    assert any("\u4e00" <= letter <= "\u9fff" for letter in issue.zh)
    assert issue.en.isascii()


def test_norms_of_an_older_version_have_the_defaults_of_what_came_later() -> None:
    assert thaw_norms({"confirm_days": 20, "dropped_long_ago": 3}) == Norms(confirm_days=20)


def test_the_last_day_of_the_joint_request_is_the_thirtieth() -> None:
    assert confirm_by(datetime(2026, 3, 9, 17, tzinfo=UTC), Norms()) == date(2026, 4, 9)  # the 10th at the station


def test_a_day_is_over_at_midnight_of_the_station() -> None:
    assert end_of(TODAY) == datetime(2026, 3, 9, 16, tzinfo=UTC)


def test_the_morning_before_a_monday_is_friday() -> None:
    assert morning_before(TODAY, 1) == datetime(2026, 3, 6, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({}, None),
        ({"strict": True}, Untold.STRICT),
        ({"minor": True}, Untold.MINOR),
        ({"phone": None}, Untold.NO_PHONE),
        ({"is_mobile": False}, Untold.LANDLINE),
    ],
)
def test_who_is_told_by_text(values: dict, why: Untold | None) -> None:
    facts = {"strict": False, "minor": False, "phone": "+8613800000000", "is_mobile": True}
    assert why_untold(**{**facts, **values}) is why


@given(rating_id=st.uuids())
def test_a_token_names_its_rating_and_no_change_of_it_does(rating_id: UUID) -> None:
    token = rating_token(rating_id, KEY)
    assert len(token) == 35
    assert read_rating_token(token, KEY) == rating_id
    assert read_rating_token(token, b"x" * 32) is None
    for place in (0, 20, 34):
        changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        assert read_rating_token(changed, KEY) is None


@pytest.mark.parametrize("token", ["", "x" * 35, "纠" * 35, "=" * 35, "a" * 34, "-" * 36])
def test_what_is_no_token_names_nothing(token: str) -> None:
    assert read_rating_token(token, KEY) is None


def test_a_mark_belongs_to_one_page() -> None:
    assert is_rating_mark(rating_mark(A, KEY), A, KEY)
    assert not is_rating_mark(rating_mark(A, KEY), B, KEY)
    assert not is_rating_mark("纠", A, KEY)
    assert not is_rating_mark(rating_token(A, KEY), A, KEY)


def test_the_path_fits_what_a_text_message_may_carry() -> None:
    assert rating_path(A, KEY).startswith("/r/")


def test_a_rating_is_asked_for_until_it_expires_and_thanked_for_ever() -> None:
    end = datetime(2026, 4, 1, tzinfo=UTC)
    before, after = end - timedelta(seconds=1), end
    assert rating_stage(end, before, rated=False) is RatingStage.ASK
    assert rating_stage(end, after, rated=False) is RatingStage.EXPIRED
    assert rating_stage(end, after, rated=True) is RatingStage.THANKS
