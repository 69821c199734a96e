"""The simulator gives the published comparison's figures, and what we ship is at least as good as it promises."""

import math
from random import Random

import pytest

from api.cli.policies import REFERENCE, default_asking, table_lines
from api.incidents.rules.simulation import Night, World, nobody_near, simulate_night, summarise

DRAWS = 40_000


def simulate(asking, people: int, seed: int = 11):
    rng = Random(seed)
    return summarise([simulate_night(asking, World(), people, rng) for _ in range(DRAWS)])


@pytest.mark.parametrize("row", REFERENCE, ids=lambda row: f"{row.name} N={row.people}")
def test_the_reference_table_within_three_percent(row) -> None:
    found = simulate(row.asking, row.people)
    assert found.alerts == pytest.approx(row.alerts, rel=0.03)
    assert found.mean_s == pytest.approx(row.mean_s, rel=0.03)
    assert found.p90_s == pytest.approx(row.p90_s, rel=0.03)
    if row.within_5_min is not None:
        assert found.within_5_min == pytest.approx(row.within_5_min, rel=0.03)


@pytest.mark.parametrize(("people", "share"), [(10, 0.3), (10, 1.0), (30, 0.2), (30, 0.5)])
def test_the_closed_form_within_one_hundredth(people: int, share: float) -> None:
    rng, accept = Random(5), World().accept
    empty = sum(
        not any(math.sqrt(rng.random()) <= share and rng.random() < accept for _ in range(people)) for _ in range(DRAWS)
    )
    assert empty / DRAWS == pytest.approx(nobody_near(people, accept, share), abs=0.01)


def test_everybody_asked_and_nobody_comes_as_often_as_the_closed_form_says() -> None:
    rng = Random(3)
    nights = [simulate_night(default_asking(), World(), 10, rng) for _ in range(DRAWS)]
    failed = sum(night.first_arrival_s == math.inf for night in nights) / DRAWS
    assert failed == pytest.approx(nobody_near(10, World().accept, 1.0), abs=0.01)


def test_our_default_disturbs_few_and_is_there_in_time() -> None:
    found = simulate(default_asking(), 30)
    assert found.alerts <= 9
    assert found.within_5_min >= 0.95
    assert found.mean_s <= 165


def test_an_empty_disc_asks_nobody() -> None:
    assert simulate_night(default_asking(), World(), 0, Random(1)) == Night(0, math.inf)


def test_the_table_prints_every_row() -> None:
    assert len(list(table_lines(draws=50))) == len(REFERENCE) + 4
