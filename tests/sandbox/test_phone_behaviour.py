"""How simulated people reply and walk, held against the figures they are modelled on."""

import asyncio
import json
import re
import statistics
from random import Random

import pytest

from workers.sandbox.fcm.rules import is_token
from workers.sandbox.phones.behaviour import Answer, Behaviour, ReplyModel, draw_reaction, person_random
from workers.sandbox.phones.memory import MemoryFile
from workers.sandbox.phones.roster import Person, read_roster
from workers.sandbox.phones.town import keep_alive
from workers.sandbox.phones.walking import Spot

pytestmark = pytest.mark.unit
N = 20_000


def reactions(behaviour: Behaviour, n: int = N) -> list:
    return [draw_reaction(behaviour, person_random(1, f"+86{i}", "offer")) for i in range(n)]


def test_answers_come_in_the_shares_of_the_model():
    drawn = [reaction.answer for reaction in reactions(Behaviour.MODEL)]
    assert drawn.count(Answer.ACCEPT) / N == pytest.approx(0.362, abs=0.01)
    assert drawn.count(Answer.REFUSE) / N == pytest.approx(0.439, abs=0.01)
    assert drawn.count(Answer.SILENT) / N == pytest.approx(0.199, abs=0.01)


def test_replies_take_fifteen_seconds_and_a_gamma():
    delays = [reaction.delay_s for reaction in reactions(Behaviour.MODEL)]
    assert min(delays) >= 15.0
    assert statistics.mean(delays) == pytest.approx(15 + 1.97 * 15.4, rel=0.02)
    assert statistics.stdev(delays) == pytest.approx(1.97**0.5 * 15.4, rel=0.03)


def test_the_delay_does_not_depend_on_the_answer():
    by_answer: dict[Answer, list[float]] = {}
    for reaction in reactions(Behaviour.MODEL):
        by_answer.setdefault(reaction.answer, []).append(reaction.delay_s)
    means = [statistics.mean(delays) for delays in by_answer.values()]
    assert max(means) - min(means) < 1.5


@pytest.mark.parametrize(
    ("behaviour", "answer", "reads"),
    [
        (Behaviour.WILLING, Answer.ACCEPT, True),
        (Behaviour.REFUSING, Answer.REFUSE, True),
        (Behaviour.SILENT, Answer.SILENT, True),
        (Behaviour.OFF, Answer.SILENT, False),
        (Behaviour.FORGETFUL, Answer.ACCEPT, True),
        (Behaviour.STILL, Answer.ACCEPT, True),
    ],
)
def test_some_people_always_do_the_same(behaviour, answer, reads):
    assert {(r.answer, r.reads) for r in reactions(behaviour, 200)} == {(answer, reads)}


def test_one_person_reacts_to_one_offer_the_same_in_every_run():
    def again() -> list:
        return [draw_reaction(Behaviour.MODEL, person_random(7, "+8619900000001", f"o{n}")) for n in range(100)]

    assert again() == again()
    other_seed = [draw_reaction(Behaviour.MODEL, person_random(8, "+8619900000001", f"o{n}")) for n in range(100)]
    assert again() != other_seed


def test_the_model_can_be_another():
    eager = ReplyModel(accept=1.0, refuse=0.0, floor_s=1.0, shape=1.0, scale_s=0.001)
    reaction = draw_reaction(Behaviour.MODEL, Random(1), eager)
    assert reaction.answer is Answer.ACCEPT
    assert reaction.delay_s < 1.1


def test_people_walk_straight_and_stop_at_the_goal():
    home, goal = Spot(29.7031, 107.3897), Spot(29.7121, 107.3897)
    whole = home.metres_to(goal)
    assert whole == pytest.approx(1000.8, abs=1)
    half = home.towards(goal, whole / 2)
    assert home.metres_to(half) == pytest.approx(whole / 2, rel=1e-6)
    assert half.metres_to(goal) == pytest.approx(whole / 2, rel=1e-6)
    assert home.towards(goal, whole + 5) == goal
    assert home.towards(home, 5) == home
    assert home.towards(goal, -5) == home


def test_east_and_west_shrink_with_latitude():
    assert Spot(29.7, 107.0).metres_to(Spot(29.7, 107.01)) == pytest.approx(965.8, abs=2)


def test_a_measured_place_is_near_the_true_one():
    home = Spot(29.7031, 107.3897)
    errors = [home.metres_to(home.jittered(Random(n), 6.0)) for n in range(500)]
    assert 6.0 < statistics.mean(errors) < 9.0


def test_the_roster_is_read(tmp_path):
    path = tmp_path / "phones.json"
    path.write_text(json.dumps([{"phone": "+8619900000001", "lat": 29.7, "lon": 107.3, "behaviour": "willing"}]))
    assert read_roster(path) == [Person("+8619900000001", Spot(29.7, 107.3), Behaviour.WILLING)]


@pytest.mark.parametrize(
    "entries",
    [
        [{"lat": 29.7, "lon": 107.3}],
        [{"phone": "+861", "lat": "north", "lon": 107.3}],
        [{"phone": "+861", "lat": 29.7, "lon": 107.3, "behaviour": "heroic"}],
        [{"phone": "+861", "lat": 29.7, "lon": 107.3}, {"phone": "+861", "lat": 29.7, "lon": 107.3}],
        ["+861"],
    ],
)
def test_a_roster_with_a_wrong_entry_is_refused(tmp_path, entries):
    path = tmp_path / "phones.json"
    path.write_text(json.dumps(entries))
    with pytest.raises(ValueError, match=r"entry 0|listed twice"):
        read_roster(path)


def test_a_new_phone_has_ids_of_the_right_form_and_keeps_them(tmp_path):
    memories = MemoryFile(tmp_path / "phones.json")
    first, second = memories.of("+861"), memories.of("+862")
    assert re.fullmatch(r"[A-Za-z0-9_-]{22}", first.install_id)
    assert is_token(first.push_token)
    assert first.push_token != second.push_token
    memories.save()
    assert MemoryFile(tmp_path / "phones.json").of("+861") == first
    assert (tmp_path / "phones.json").stat().st_mode & 0o077 == 0


def test_a_phone_that_breaks_while_it_is_switched_off_stays_off():
    class Brittle:
        lives = 0

        async def live(self) -> None:
            self.lives += 1
            try:
                await asyncio.sleep(60)
            finally:
                raise KeyError("broke on the way out")

    async def run(phone: Brittle) -> None:
        living = asyncio.create_task(keep_alive(phone))
        await asyncio.sleep(0)
        living.cancel()
        await asyncio.wait([living], timeout=30)
        assert living.done()
        living.exception()

    phone = Brittle()
    asyncio.run(run(phone))
    assert phone.lives == 1
