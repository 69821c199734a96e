"""S08: who is enrolled cannot be told from an answer, nor from how long it takes (timed in the long form only)."""

import statistics
import time
from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from api.identity.types import Role
from tests.attacks.crowd import Crowd, another, ask, codes_of, verify
from tests.attacks.ledger import LONG, count
from tests.builders.identity import PASSWORD, Enrolled, enroll_staff

ANSWERS = 250 if LONG else 6
APART = 0.05
UNKNOWN = "+86199123{:05d}"
# What differs between any two answers, whoever asks.
OWN = {
    "Retry-After",
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
    "X-Request-Id",
    "X-Request-ID",
    "Date",
}


def told(answer: TestResponse) -> tuple[int, str, str]:
    """What the caller learns, but for what belongs to each request."""
    body = {**answer.json, "request_id": ""} if answer.is_json or "problem" in answer.mimetype else answer.data
    headers = {name: value for name, value in answer.headers if name not in OWN}
    return answer.status_code, str(body), str(sorted(headers.items()))


def timed(knock: Callable[[], TestResponse]) -> tuple[tuple[int, str, str], float]:
    started = time.perf_counter()
    answer = knock()
    return told(answer), time.perf_counter() - started


def compare(what: str, known: Callable[[int], TestResponse], unknown: Callable[[int], TestResponse]) -> None:
    """Known and unknown by turns: one set of answers, and in the long form medians that lie together."""
    seen: dict[str, list[tuple[tuple[int, str, str], float]]] = {"known": [], "unknown": []}
    for number in range(ANSWERS):
        seen["known"].append(timed(lambda n=number: known(n)))
        seen["unknown"].append(timed(lambda n=number: unknown(n)))
    answers = {answer for rows in seen.values() for answer, _ in rows}
    medians = {name: statistics.median(seconds for _, seconds in rows) for name, rows in seen.items()}
    apart = abs(medians["known"] - medians["unknown"]) / medians["unknown"]
    facts = {name: f"{median * 1000:.2f} ms" for name, median in medians.items()}
    times = facts | {"apart": f"{apart:.1%}"} if LONG else {}
    count("S08", what, 2 * ANSWERS, kinds_of_answer=len(answers), **times)
    assert len(answers) == 1, answers
    if LONG:
        assert apart < APART, facts


@pytest.fixture(scope="module")
def people(crowd: Crowd) -> list[Enrolled]:
    return crowd.people(ANSWERS)


def test_asking_for_a_code(crowd: Crowd, people: list[Enrolled]) -> None:
    compare(
        "asking for a code",
        lambda n: ask(crowd.caller(), people[n].phone),
        lambda n: ask(crowd.caller(), UNKNOWN.format(n)),
    )


def test_offering_a_wrong_code(crowd: Crowd, people: list[Enrolled]) -> None:
    """After the test above: every number has a code, only that the unknown ones' was never sent."""
    with crowd.inside() as ctx:
        codes = [codes_of(ctx, person) for person in people]
    wrong = [another(sent[-1]) if sent else "000000" for sent in codes]
    compare(
        "offering a wrong code",
        lambda n: verify(crowd.caller(), people[n].phone, wrong[n]),
        lambda n: verify(crowd.caller(), UNKNOWN.format(n), "123456"),
    )


def test_asking_again_too_soon(crowd: Crowd, people: list[Enrolled]) -> None:
    for number in (people[0].phone, UNKNOWN.format(0)):
        ask(crowd.caller(), number)
    answers = [ask(crowd.caller(), number) for number in (people[0].phone, UNKNOWN.format(0))]
    bodies = {(answer.status_code, answer.json["code"], "Retry-After" in answer.headers) for answer in answers}
    count("S08", "asking again within the minute", 2, kinds_of_answer=len(bodies))
    assert bodies == {(429, "too_many_attempts", True)}


def test_a_wrong_password(crowd: Crowd) -> None:
    station_id = crowd.station()
    few, staff = (60, 4) if LONG else (2, 1)  # each costs a hash
    with crowd.inside() as ctx:
        for number in range(staff):
            enroll_staff(ctx, station_id=station_id, username=f"staff.{number}", roles=(Role.SUPERVISOR,))

    def sign_in(username: str) -> TestResponse:
        crowd.write("DELETE FROM attempt_counters WHERE name LIKE 'password%'")
        body = {"username": username, "password": f"not {PASSWORD}", "totp": "123456"}
        return crowd.caller().post("/v1/sign-in/password", json=body)

    seen: dict[str, list[float]] = {"staff.{}": [], "nobody.{}": []}
    answers = set()
    for number in range(few):
        for name, seconds in seen.items():
            answer, took = timed(lambda who=name.format(number % staff): sign_in(who))
            answers.add(answer)
            seconds.append(took)
    medians = [statistics.median(seconds) for seconds in seen.values()]
    apart = abs(medians[0] - medians[1]) / medians[1]
    shown = {"known": f"{medians[0] * 1000:.1f} ms", "unknown": f"{medians[1] * 1000:.1f} ms"}
    times = shown | {"apart": f"{apart:.1%}"} if LONG else {}
    count("S08", "a wrong password", 2 * few, kinds_of_answer=len(answers), **times)
    assert len(answers) == 1
    if LONG:
        assert apart < APART, medians
