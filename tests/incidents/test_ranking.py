"""The order people are asked in: soonest there, then who was asked least of late, then caps; each with a reason."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.duty.types import Candidate
from api.incidents.rules.policies import preset_for
from api.incidents.rules.ranking import (
    ASKED_COST_S,
    CAP_COST_S,
    MOST_FAIRNESS_S,
    TASK_COST_S,
    estimate_eta_s,
    mode_of,
    rank,
    turn_out_of,
)
from api.incidents.rules.targeting import (
    Bounds,
    ask_for,
    count_to_ask,
    leaves_places,
    places_to_ask,
    plan_wave,
    short_list,
    wider_radius,
)
from api.incidents.types import Ask, IncidentKind, NeedCount, NeedState, TravelMode, Verdict
from api.incidents.types.forecasts import Answers, Cell, Estimate, Hours
from api.incidents.types.ranking import Ground, Record, Ring, View
from api.kernel.geo import Point

pytestmark = pytest.mark.unit
NOW = datetime(2026, 3, 1, 4, tzinfo=UTC)
NEED = UUID(int=1001)
OWN, NEXT, FAR = (UUID(int=number) for number in (71, 72, 73))
URGENT, CALM = preset_for(IncidentKind.URGENT_HELP), preset_for(IncidentKind.OTHER)
GROUND = Ground(OWN, frozenset({NEXT}), frozenset())


def somebody(number: int, metres: float = 100.0, **changes) -> Candidate:
    known = {
        "member_id": UUID(int=number), "person_id": UUID(int=number + 500), "force": "volunteer", "skills": (),
        "on_duty": True, "position": Point(29.7, 107.4), "distance_m": metres, "fix_at": NOW, "engaged_with": None,
        "fresh": True,
    }  # fmt: skip
    return Candidate(**{**known, **changes})


def view(policy=URGENT, **known) -> View:
    return View(policy=policy, now=NOW, **known)


def order(candidates, places: int = 1, **known) -> tuple[list[int], dict[int, Verdict]]:
    """Who is picked, and everybody's reason."""
    wave = plan_wave([Ask(NEED, places)], {NEED: candidates}, {}, view=view(**known))
    return [pick.member_id.int for pick in wave.picks], {each.member_id.int: each.reason for each in wave.considered}


def records(**asked: Record) -> dict[UUID, Record]:
    return {UUID(int=int(name[1:])): record for name, record in asked.items()}


class TestTravel:
    def test_by_day_and_by_night(self) -> None:
        assert turn_out_of(URGENT, Hours.DAY) == 105 < turn_out_of(URGENT, Hours.NIGHT) == 142
        assert estimate_eta_s(1_000) == 105 + 500
        assert estimate_eta_s(1_200, TravelMode.DRIVING, turn_out_s=0) == 60 + 200

    def test_by_force_and_by_policy(self) -> None:
        assert mode_of("courier", CALM) is TravelMode.DRIVING
        assert mode_of("volunteer", CALM) is TravelMode.WALKING
        assert mode_of("volunteer", preset_for(IncidentKind.TRAFFIC)) is TravelMode.DRIVING

    def test_a_courier_far_away_is_there_before_a_walker_half_as_far(self) -> None:
        assert order([somebody(1, 700), somebody(2, 1_400, force="courier")])[0] == [2]

    def test_a_routers_word_stands_before_the_models(self) -> None:
        picked, reasons = order([somebody(1, 100), somebody(2, 200)], routed={UUID(int=1): 900})
        assert (picked, reasons[1]) == ([2], Verdict.ENOUGH)

    def test_the_short_list_is_the_first_by_the_model_who_can_be_asked(self) -> None:
        people = [somebody(number, 10.0 * number) for number in range(1, 40)]
        people[0] = somebody(1, 10, engaged_with=UUID(int=9))
        chosen = short_list([Ask(NEED, 4)], {NEED: people}, view())
        assert [each.member_id.int for each in chosen] == list(range(2, 14))


class TestFairness:
    def test_among_the_equally_near_the_turn_goes_round(self) -> None:
        picked, reasons = order([somebody(1, 100), somebody(2, 110)], records=records(m1=Record(2)))
        assert (picked, reasons[1]) == ([2], Verdict.FAIRNESS)

    def test_nobody_near_is_passed_over_for_somebody_far(self) -> None:
        much = Record(asked_today=5, tasks_this_week=9)
        assert order([somebody(1, 100), somebody(2, 900)], records=records(m1=much))[0] == [1]

    def test_what_it_costs(self) -> None:
        ranked = rank(somebody(1), view(records=records(m1=Record(2, 1))))
        assert (ranked.cost_s, ranked.cost) == (2 * ASKED_COST_S + TASK_COST_S, Verdict.FAIRNESS)
        assert rank(somebody(1), view(records=records(m1=Record(5, 9)))).cost_s == MOST_FAIRNESS_S

    def test_a_no_costs_no_more_than_having_been_asked(self) -> None:
        # A record knows how often somebody was asked and went, not how they answered.
        assert Record._fields == ("asked_today", "tasks_this_week", "last_task_ended")


class TestCaps:
    tired = Record(last_task_ended=NOW - timedelta(minutes=5))
    often = Record(asked_today=99)

    @pytest.mark.parametrize(("record", "reason"), [(tired, Verdict.RESTING), (often, Verdict.CAP)])
    def test_where_they_bind_nobody_is_asked(self, record, reason) -> None:
        assert order([somebody(1)], policy=CALM, records=records(m1=record)) == ([], {1: reason})

    @pytest.mark.parametrize(("record", "reason"), [(tired, Verdict.RESTING), (often, Verdict.CAP)])
    def test_where_life_is_at_stake_they_only_cost_rank(self, record, reason) -> None:
        assert order([somebody(1)], records=records(m1=record))[0] == [1]
        picked, reasons = order([somebody(1, 100), somebody(2, 900)], records=records(m1=record))
        assert (picked, reasons[1]) == ([2], reason)
        assert order([somebody(1, 100), somebody(2, 3_000)], records=records(m1=record))[0] == [1]

    def test_the_last_minute_of_rest(self) -> None:
        rest = timedelta(seconds=CALM.rest_s)
        for ago, bar in ((rest - timedelta(seconds=1), Verdict.RESTING), (rest, None)):
            record = Record(last_task_ended=NOW - ago)
            assert rank(somebody(1), view(CALM, records=records(m1=record))).bar is bar

    def test_the_last_alert_of_the_day(self) -> None:
        for asked, bar in ((CALM.alerts_per_day - 1, None), (CALM.alerts_per_day, Verdict.CAP)):
            assert rank(somebody(1), view(CALM, records=records(m1=Record(asked)))).bar is bar

    def test_who_cannot_be_texted_is_not_asked(self) -> None:
        assert order([somebody(1)], unreachable=frozenset({UUID(int=501)})) == ([], {1: Verdict.QUOTA})

    @pytest.mark.parametrize("policy", [URGENT, CALM])
    def test_quiet_hours_cost_rank_and_never_more(self, policy) -> None:
        asleep = frozenset({UUID(int=501)})
        assert order([somebody(1)], policy=policy, asleep=asleep)[0] == [1]
        picked, reasons = order([somebody(1, 100), somebody(2, 900)], policy=policy, asleep=asleep)
        assert (picked, reasons[1]) == ([2], Verdict.QUIET)
        assert order([somebody(1, 100), somebody(2, 3_000)], policy=policy, asleep=asleep)[0] == [1]

    def test_somebody_on_a_task_is_asked_only_where_the_policy_says_so(self) -> None:
        busy = somebody(1, engaged_with=UUID(int=9))
        assert order([busy]) == ([], {1: Verdict.ENGAGED})
        assert order([busy], policy=replace(URGENT, allow_engaged=True))[0] == [1]

    def test_a_drill_keeps_nobody_from_the_real_thing_nor_the_other_way_round(self) -> None:
        drilling = somebody(1, engaged_with=UUID(int=9), engaged_drill=True)
        assert order([drilling])[0] == [1]
        assert order([drilling], drill=True) == ([], {1: Verdict.ENGAGED})


class TestGrids:
    people = [somebody(1, 500, grid_id=OWN), somebody(2, 200, grid_id=NEXT), somebody(3, 100, grid_id=FAR)]

    def test_the_grids_own_then_its_neighbours_then_the_rest(self) -> None:
        assert order(self.people, places=2, policy=CALM, ground=GROUND) == (
            [1, 2], {1: Verdict.NEAREST, 2: Verdict.NEAREST, 3: Verdict.OTHER_GRID}
        )  # fmt: skip

    def test_a_grid_with_nobody_asks_its_neighbours_before_the_district(self) -> None:
        picked, reasons = order(self.people[1:], policy=CALM, ground=GROUND)
        assert (picked, reasons[3]) == ([2], Verdict.OTHER_GRID)

    def test_where_minutes_count_the_nearest_is_asked_whatever_grid(self) -> None:
        assert order(self.people, ground=GROUND)[0] == [3]

    def test_who_answers_for_the_grid_is_marked_and_belongs_to_it(self) -> None:
        ranked = rank(somebody(3, grid_id=FAR), view(ground=Ground(OWN, frozenset(), frozenset({UUID(int=3)}))))
        assert (ranked.owner, ranked.ring) == (True, Ring.OWN)

    def test_outside_any_grid_everybody_is_alike(self) -> None:
        assert {rank(each, view(CALM)).ring for each in self.people} == {Ring.OWN}


class TestSizing:
    def many(self, chance: float) -> dict[Cell, Estimate]:
        return {Cell(): Estimate(chance, chance, chance, Cell(), Answers(9, 9))}

    def asked(self, chance: float, *, wanted: int = 1, policy=URGENT) -> int:
        need = NeedCount(NEED, NeedState.OPEN, wanted, 0, 0)
        ask = ask_for(need, Bounds(policy.spare, policy.hope), force=None, skills=frozenset())
        people = [somebody(number, 10.0 * number) for number in range(1, 60)]
        return len(plan_wave([ask], {NEED: people}, {}, view=view(policy, learnt=self.many(chance))).picks)

    def test_the_smallest_wave_that_gives_the_hope(self) -> None:
        assert [self.asked(chance) for chance in (0.96, 0.8, 0.5, 0.362)] == [1, 2, 5, 7]

    def test_never_more_than_the_policy_spares_and_never_fewer_than_wanted(self) -> None:
        assert self.asked(0.05) == 1 + URGENT.spare
        assert self.asked(1.0, wanted=4) == 4

    def test_the_likely_and_the_unlikely_count_for_what_they_are(self) -> None:
        assert count_to_ask(Ask(NEED, 9, free=1, hope=0.9), iter([0.5, 0.5, 0.9, 0.9])) == 3

    def test_while_those_who_wait_give_hope_nobody_more_is_asked(self) -> None:
        need = NeedCount(NEED, NeedState.OPEN, 1, 0, 2, (0.9, 0.9))
        assert places_to_ask(need, spare=9, hope=0.95) == 0
        assert places_to_ask(need, spare=9, hope=0.999) == 8

    def test_a_refusal_is_replaced_all_the_same(self) -> None:
        need = NeedCount(NEED, NeedState.OPEN, 1, 0, 2, (0.9, 0.9))
        ask = ask_for(need, Bounds(9, 0.95), force=None, skills=frozenset(), lost=1)
        assert count_to_ask(ask, iter([0.1] * 9)) == 1

    @settings(deadline=None)
    @given(
        st.integers(1, 5), st.integers(0, 12), st.floats(0.5, 0.999), st.lists(st.floats(0.01, 0.99), max_size=20),
        st.lists(st.floats(0.01, 0.99), max_size=12), st.integers(0, 3),
    )  # fmt: skip
    def test_any_wave_covers_the_places_stays_within_its_bound_and_replaces_losses(
        self, wanted, spare, hope, people, waiting, lost
    ) -> None:
        need = NeedCount(NEED, NeedState.OPEN, wanted, 0, len(waiting), tuple(waiting))
        ask = ask_for(need, Bounds(spare, hope), force=None, skills=frozenset(), lost=lost)
        asked = count_to_ask(ask, iter(people))
        most = max(0, wanted + spare - len(waiting))
        assert asked <= most
        assert asked >= min(lost, most, len(people))
        assert asked + len(waiting) >= min(wanted, len(waiting) + len(people))


class TestWidening:
    def test_step_by_step_to_the_end(self) -> None:
        assert wider_radius(1_000, 1.5, 5_000) == 1_500
        assert wider_radius(4_000, 1.5, 5_000) == 5_000
        assert wider_radius(5_000, 1.5, 5_000) == 5_000
        assert wider_radius(6_000, 1.5, 5_000) == 6_000  # the dispatcher's own is never narrowed

    @pytest.mark.parametrize(
        ("people", "waiting", "leaves"), [(0, 0, True), (1, 0, True), (2, 0, False), (0, 2, False), (1, 1, False)]
    )
    def test_only_places_that_nobody_could_fill(self, people: int, waiting: int, leaves: bool) -> None:
        ask = Ask(NEED, 9, free=2, waiting=(0.3,) * waiting, hope=0.99)
        found = [somebody(number) for number in range(1, people + 1)]
        assert leaves_places([ask], plan_wave([ask], {NEED: found}, {}, view=view())) is leaves


def test_every_verdict_that_ranking_gives_has_a_place_in_the_account() -> None:
    assert CAP_COST_S > MOST_FAIRNESS_S
    people = [somebody(number, 50.0 * number, grid_id=OWN) for number in range(1, 8)]
    known = records(m1=Record(9), m2=Record(1, 1))
    wave = plan_wave([Ask(NEED, 2)], {NEED: people}, {}, view=view(records=known, ground=GROUND))
    assert len(wave.considered) == 7
    assert {each.reason for each in wave.considered} == {Verdict.NEAREST, Verdict.CAP, Verdict.FAIRNESS, Verdict.ENOUGH}
