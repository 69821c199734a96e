"""S05: guessing sign-in codes: many guesses at one, one guess at many, and a fresh code for fresh tries."""

from collections import Counter

import pytest

from api.identity.rules.limits import GUESSES_PER_ADDRESS, GUESSES_PER_PHONE
from api.identity.rules.proofs import CODE_TRIES
from tests.attacks.crowd import Crowd, another, ask, codes_of, some_address, verify
from tests.attacks.ledger import LONG, count

GUESSES = 200
PHONES = 1_000 if LONG else 30


def forget_waiting(crowd: Crowd) -> None:
    """As if the minute between two codes were over."""
    crowd.write("DELETE FROM attempt_counters WHERE name = 'code.phone.minute'")


def test_of_many_guesses_at_one_code_five_are_compared(crowd: Crowd) -> None:
    [person] = crowd.people(1)
    ask(crowd.caller(), person.phone)
    with crowd.inside() as ctx:
        [code] = codes_of(ctx, person)
    answers = crowd.at_once(GUESSES, lambda client, n: verify(client, person.phone, another(code, n + 1)))
    told = Counter(answer.status_code for answer in answers)
    left = crowd.read("SELECT min(tries_left) FROM sign_in_codes")
    count("S05", "parallel guesses at one code", GUESSES, compared=CODE_TRIES - left, statuses=dict(told))
    assert told == {401: GUESSES_PER_PHONE.most, 429: GUESSES - GUESSES_PER_PHONE.most}
    assert left == 0
    assert verify(crowd.caller(), person.phone, code).status_code == 429


def test_a_fresh_code_brings_no_fresh_day(crowd: Crowd) -> None:
    """Ten guesses at a number a day whatever is asked for in between: that, not the code, bounds the chance."""
    [person] = crowd.people(1)
    statuses = []
    for turn in range(4):
        forget_waiting(crowd)
        ask(crowd.caller(), person.phone)
        with crowd.inside() as ctx:
            code = codes_of(ctx, person)[turn]
        statuses += [verify(crowd.caller(), person.phone, another(code, n + 1)).status_code for n in range(CODE_TRIES)]
    count("S05", "guesses over four codes in one day", len(statuses), statuses=dict(Counter(statuses)))
    assert statuses == [401] * GUESSES_PER_PHONE.most + [429] * (len(statuses) - GUESSES_PER_PHONE.most)


def test_the_chance_of_a_day_s_guessing_is_below_one_in_a_hundred_thousand() -> None:
    codes_a_day = GUESSES_PER_PHONE.most / CODE_TRIES
    chance = 1 - (1 - CODE_TRIES / 1_000_000) ** codes_a_day
    count("S05", "chance of a number's day", 1, chance=f"{chance:.5e}")
    assert chance < 1e-5


@pytest.mark.parametrize("spread", [False, True], ids=["one address", "many addresses"])
def test_one_guess_at_each_of_many_numbers(crowd: Crowd, spread: bool) -> None:
    """From many addresses each number has its own chance of one in a million, and no more than that can be said."""
    people, address = crowd.people(PHONES), None if spread else some_address()
    left = GUESSES_PER_ADDRESS.most
    if address and not LONG:
        # As if all but twenty of the address's guesses were made before.
        verify(crowd.caller(address), people[0].phone, "000000")
        left = 20
        made = "UPDATE attempt_counters SET count = :made WHERE name = :name AND count = 1"
        crowd.write(made, made=GUESSES_PER_ADDRESS.most - left, name=GUESSES_PER_ADDRESS.name)
    answers = crowd.at_once(PHONES, lambda client, n: verify(client, people[n].phone, "000000"), address)
    told = Counter(answer.status_code for answer in answers)
    what = f"one guess at each of many numbers, {'many addresses' if spread else 'one address'}"
    count("S05", what, PHONES, statuses=dict(told))
    looked_at = PHONES if spread else left
    assert told == Counter({401: looked_at, 429: PHONES - looked_at})
