"""Who is asked next: nearest first, once each, never more than needed, and always somebody while somebody is left."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.duty.types import Candidate
from api.incidents.rules.targeting import estimate_eta_s, is_exhausted, places_to_ask, plan_wave
from api.incidents.types import Ask, NeedCount, NeedState, OfferState, Past, Verdict, WavePlan
from api.kernel.geo import Point

pytestmark = pytest.mark.unit
NOW = datetime(2026, 3, 1, tzinfo=UTC)
NEED, OTHER = UUID(int=1001), UUID(int=1002)


def somebody(number: int, metres: float = 100.0, **changes) -> Candidate:
    known = {
        "member_id": UUID(int=number), "person_id": UUID(int=number + 500), "force": "volunteer", "skills": (),
        "on_duty": True, "position": Point(29.7, 107.4), "distance_m": metres, "fix_at": NOW, "engaged_with": None,
        "fresh": True,
    }  # fmt: skip
    return Candidate(**{**known, **changes})


def plan(candidates, places: int = 1, past=None) -> WavePlan:
    return plan_wave([Ask(NEED, places)], {NEED: candidates}, past or {})


def reasons(wave: WavePlan) -> dict[int, Verdict]:
    return {entry.member_id.int: entry.reason for entry in wave.considered}


def test_the_nearest_are_picked_and_the_next_one_is_told_why_not() -> None:
    wave = plan([somebody(1, 300), somebody(2, 100), somebody(3, 200)], places=2)
    assert [pick.member_id.int for pick in wave.picks] == [2, 3]
    assert reasons(wave) == {2: Verdict.NEAREST, 3: Verdict.NEAREST, 1: Verdict.ENOUGH}


@pytest.mark.parametrize(
    ("changes", "past", "reason"),
    [
        ({"engaged_with": UUID(int=9)}, None, Verdict.ENGAGED),
        ({"fresh": False}, None, Verdict.STALE),
        ({}, Past(OfferState.OFFERED, False), Verdict.ASKED),
        ({}, Past(OfferState.SILENT, False), Verdict.ASKED),
        ({}, Past(OfferState.DECLINED, False), Verdict.REFUSED),
        ({}, Past(OfferState.DROPPED_OUT, False), Verdict.REFUSED),
        ({}, Past(OfferState.ARRIVED, False), Verdict.WENT),
        ({}, Past(OfferState.DONE, False), Verdict.WENT),
    ],
)
def test_each_reason_not_to_ask(changes, past, reason: Verdict) -> None:
    wave = plan([somebody(1, **changes)], past={UUID(int=1): past} if past else {})
    assert (wave.picks, reasons(wave), wave.short) == ((), {1: reason}, {NEED})


@pytest.mark.parametrize("state", [OfferState.STOOD_DOWN, OfferState.WITHDRAWN])
def test_somebody_not_needed_before_may_be_asked_again(state: OfferState) -> None:
    assert reasons(plan([somebody(1)], past={UUID(int=1): Past(state, False)})) == {1: Verdict.NEAREST}


def test_who_said_yes_when_it_was_full_is_asked_before_anybody_nearer() -> None:
    past = {UUID(int=2): Past(OfferState.STOOD_DOWN, True)}
    wave = plan([somebody(1, 50), somebody(2, 900)], past=past)
    assert (wave.picks[0].member_id.int, reasons(wave)[2]) == (2, Verdict.RESERVE)


def test_the_scarcer_need_chooses_first() -> None:
    medic = somebody(1, 50, skills=("first_aid",))
    asks = [Ask(NEED, 1), Ask(OTHER, 1, skills=frozenset({"first_aid"}))]
    wave = plan_wave(asks, {NEED: [medic, somebody(2, 80)], OTHER: [medic]}, {})
    assert {pick.member_id.int: pick.need_id for pick in wave.picks} == {1: OTHER, 2: NEED}


def test_an_eta_includes_leaving_the_house() -> None:
    assert (estimate_eta_s(0), estimate_eta_s(1_000)) == (105, 605)


@pytest.mark.parametrize(
    ("wanted", "got", "waiting", "spare", "places"),
    [
        (1, 0, 0, 6, 7),  # the first wave
        (1, 0, 6, 6, 1),  # after a refusal
        (3, 1, 8, 6, 0),  # after an acceptance
        (3, 0, 3, 0, 0),
        (3, 2, 0, 0, 1),  # after a drop-out
        (1, 0, 9, 6, 0),  # more are waiting than needed: nobody else
    ],
)
def test_places_to_ask(wanted: int, got: int, waiting: int, spare: int, places: int) -> None:
    assert places_to_ask(NeedCount(NEED, NeedState.OPEN, wanted, got, waiting), spare=spare) == places


@pytest.mark.parametrize("state", [NeedState.FILLED, NeedState.ENDED])
def test_a_need_that_is_not_open_asks_nobody(state: NeedState) -> None:
    assert places_to_ask(NeedCount(NEED, state, 3, 0, 0), spare=6) == 0


def test_exhausted_is_only_a_need_with_nobody_to_wait_for() -> None:
    nobody = plan([])
    assert is_exhausted([NeedCount(NEED, NeedState.OPEN, 1, 0, 0)], nobody)
    assert not is_exhausted([NeedCount(NEED, NeedState.OPEN, 1, 0, 1)], nobody)
    assert not is_exhausted([NeedCount(NEED, NeedState.OPEN, 1, 0, 0)], plan([somebody(1)], places=3))


class Town:
    """Needs, offers and people as plain dicts, driven by the rules alone."""

    def __init__(self, people: int, wanted: int, spare: int) -> None:
        self.people = [somebody(number, 10.0 * number) for number in range(1, people + 1)]
        self.wanted, self.spare, self.got = wanted, spare, 0
        self.offers: dict[UUID, OfferState] = {}
        self.asked: list[UUID] = []
        self.put_off: set[UUID] = set()
        self.top_up()

    def waiting(self) -> list[UUID]:
        return [member for member, state in self.offers.items() if state is OfferState.OFFERED]

    def untouched(self) -> int:
        return len(self.people) - len(self.offers)

    def top_up(self) -> None:
        state = NeedState.OPEN if self.got < self.wanted else NeedState.FILLED
        places = places_to_ask(NeedCount(NEED, state, self.wanted, self.got, len(self.waiting())), spare=self.spare)
        past = {member: Past(known, False) for member, known in self.offers.items()}
        for pick in plan(self.people, places, past).picks if places else ():
            self.offers[pick.member_id] = OfferState.OFFERED
            self.asked.append(pick.member_id)

    def answer(self, member: UUID, state: OfferState) -> None:
        self.offers[member] = state
        self.got += state is OfferState.ACCEPTED
        if self.got == self.wanted:
            self.put_off |= set(self.waiting())
            self.offers |= dict.fromkeys(self.waiting(), OfferState.STOOD_DOWN)
        self.top_up()

    def leave(self, member: UUID) -> None:
        self.offers[member] = OfferState.DROPPED_OUT
        self.got -= 1
        self.top_up()

    def going(self) -> list[UUID]:
        return [member for member, state in self.offers.items() if state is OfferState.ACCEPTED]


@settings(deadline=None)  # a busy machine is no failure
@given(st.integers(1, 25), st.integers(1, 5), st.integers(0, 6), st.data())
def test_any_night_never_overfills_never_asks_twice_and_always_replaces(
    people: int, wanted: int, spare: int, data
) -> None:
    town = Town(people, wanted, spare)
    for _ in range(data.draw(st.integers(0, 40))):
        waiting, going = town.waiting(), town.going()
        if going and data.draw(st.booleans(), label="somebody leaves"):
            town.leave(data.draw(st.sampled_from(going)))
        elif waiting:
            states = [OfferState.ACCEPTED, OfferState.DECLINED, OfferState.SILENT]
            town.answer(data.draw(st.sampled_from(waiting)), data.draw(st.sampled_from(states)))
        assert len(town.going()) == town.got <= town.wanted
        twice = {member for member in town.asked if town.asked.count(member) > 1}
        assert twice <= town.put_off
        if town.got < town.wanted:
            # While anybody is left who was never asked, nobody's place goes unasked.
            assert len(town.waiting()) >= min(town.wanted - town.got + spare, len(town.waiting()) + town.untouched())


@settings(deadline=None)  # a busy machine is no failure
@given(
    st.lists(
        st.builds(
            lambda number, metres, fresh, busy: somebody(
                number, metres, fresh=fresh, engaged_with=UUID(int=7) if busy else None
            ),
            st.integers(1, 40), st.floats(0, 5_000), st.booleans(), st.booleans(),
        ),
        unique_by=lambda candidate: candidate.member_id,
        max_size=30,
    ),
    st.integers(0, 10),
    st.dictionaries(st.integers(1, 40), st.sampled_from(list(OfferState)), max_size=20),
)  # fmt: skip
def test_any_plan_accounts_for_everybody_and_picks_only_the_fitting(candidates, places: int, earlier) -> None:
    past = {UUID(int=number): Past(state, False) for number, state in earlier.items()}
    asks = [Ask(NEED, places), Ask(OTHER, places, force="volunteer")]
    wave = plan_wave(asks, {NEED: candidates, OTHER: candidates}, past)
    assert len(wave.considered) == 2 * len(candidates)
    picked = [pick.member_id for pick in wave.picks]
    assert len(picked) == len(set(picked)) <= 2 * places
    fitting = {c.member_id: c for c in candidates if c.fresh and c.engaged_with is None}
    assert set(picked) <= set(fitting)
    assert not [member for member in picked if past.get(member, Past(OfferState.WITHDRAWN, False)).state in
                (OfferState.OFFERED, OfferState.DECLINED, OfferState.DONE)]  # fmt: skip
    left = 2 * places - len(picked)
    assert (left == 0) == (not wave.short)
