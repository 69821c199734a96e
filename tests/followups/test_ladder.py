"""Who is told when nobody acts."""

from datetime import datetime
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.followups.rules.digests import MovedGroup, is_waking, sum_up
from api.followups.rules.ladder import CHIEF, LEAD, OWNER, SUPERVISOR, make_ladder, people_at
from api.followups.types import NOBODY, Owner, OwnerKind, Ward
from api.grids.types import STATION_ZONE

pytestmark = pytest.mark.unit
ANN, BOB, CAI, DAI = (UUID(int=number) for number in range(1, 5))
PEOPLE = st.sets(st.sampled_from([ANN, BOB, CAI, DAI]), max_size=3)
STATION = UUID(int=99)


@settings(max_examples=40)
@given(rungs=st.tuples(PEOPLE, PEOPLE, PEOPLE, PEOPLE), rung=st.integers(0, 3))
def test_somebody_is_always_told_while_there_is_anybody(rungs, rung: int) -> None:
    ladder = make_ladder(*rungs)
    assert bool(people_at(ladder, rung)) == any(rungs)


@settings(max_examples=40)
@given(rungs=st.tuples(PEOPLE, PEOPLE, PEOPLE, PEOPLE), rung=st.integers(1, 3))
def test_a_rung_tells_somebody_new_while_there_is_anybody_new(rungs, rung: int) -> None:
    below = frozenset().union(*rungs[:rung])
    above = frozenset().union(*rungs[rung:])
    told = people_at(make_ladder(*rungs), rung)
    if above - below:
        assert told
        assert not told & below


def test_an_empty_rung_is_stepped_over_at_once() -> None:
    ladder = make_ladder([], [], [CAI], [DAI])
    assert people_at(ladder, OWNER) == people_at(ladder, LEAD) == people_at(ladder, SUPERVISOR) == {CAI}
    assert people_at(ladder, CHIEF) == {DAI}


def test_a_lead_who_owns_the_visit_is_no_second_person() -> None:
    assert people_at(make_ladder([ANN], [ANN], [CAI], []), LEAD) == {CAI}


def group(owner: Owner = Owner(OwnerKind.PERSON, ANN), **counts) -> MovedGroup:
    given = {"soon": 0, "due": 0, "overdue": 0, "climbed": (0, 0, 0), **counts}
    return MovedGroup(Ward(STATION, owner), **given)


def test_what_is_owned_goes_to_its_owner_only() -> None:
    digest = sum_up([(group(due=3, overdue=2), make_ladder([ANN], [BOB], [CAI], [DAI]))])
    assert digest.owners == {ANN}
    assert digest.escalated == {}


def test_what_nobody_owns_goes_to_the_next_rung_the_day_it_is_due() -> None:
    digest = sum_up([(group(NOBODY, due=3, overdue=2), make_ladder([], [BOB], [CAI], [DAI]))])
    assert digest.escalated == {BOB: 5}


def test_each_rung_hears_its_own_and_counts_add_up() -> None:
    ladder = make_ladder([ANN], [BOB], [CAI], [DAI])
    digest = sum_up([(group(climbed=(1, 2, 4)), ladder), (group(climbed=(8, 0, 0)), ladder)])
    assert digest.escalated == {BOB: 9, CAI: 2, DAI: 4}
    assert digest.owners == frozenset()


def test_a_station_without_anybody_is_counted_not_forgotten() -> None:
    assert sum_up([(group(NOBODY, due=3, climbed=(0, 0, 2)), make_ladder([], [], [], []))]).nobody == 5


@pytest.mark.parametrize(("hour", "minute", "waking"), [(7, 29, False), (7, 30, True), (21, 29, True), (21, 30, False)])
def test_nobody_is_told_at_night(hour: int, minute: int, waking: bool) -> None:
    assert is_waking(datetime(2026, 11, 23, hour, minute, tzinfo=STATION_ZONE)) is waking
