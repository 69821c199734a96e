"""S09: refresh tokens that were used before: by a thief, by the owner after a thief, by both at once, or made up."""

from collections import Counter

import pytest

from tests.attacks.crowd import Crowd
from tests.attacks.ledger import LONG, count
from tests.builders.identity import Enrolled, open_session

ROUNDS = 20 if LONG else 3
REFUSED = (401, "refresh_token_refused")


@pytest.fixture(scope="module")
def person(crowd: Crowd) -> Enrolled:
    return crowd.people(1)[0]


def sign_in(crowd: Crowd, person: Enrolled) -> str:
    """The refresh token of a new session."""
    with crowd.inside() as ctx:
        return open_session(ctx, person).refresh_token


def refresh(client, token: str, key: str | None = None):
    headers = {"Idempotency-Key": key} if key else {}
    return client.post("/v1/sign-in/refresh", json={"refresh_token": token}, headers=headers)


def told(answer) -> tuple[int, str | None]:
    return answer.status_code, answer.json.get("code")


def state_of(crowd: Crowd) -> str:
    return crowd.read("SELECT state || ' ' || coalesce(end_reason, '') FROM sessions ORDER BY created_at DESC LIMIT 1")


@pytest.mark.parametrize("behind", [1, 2, 5])
def test_a_token_used_again_ends_the_family(crowd: Crowd, person: Enrolled, behind: int) -> None:
    first = token = sign_in(crowd, person)
    for _ in range(behind):
        answer = refresh(crowd.caller(), token)
        token, access = answer.json["refresh_token"], answer.json["access_token"]
    met = [
        told(refresh(crowd.caller(), first)) == REFUSED,
        told(refresh(crowd.caller(), token)) == REFUSED,
        crowd.caller().get("/v1/me", headers={"Authorization": f"Bearer {access}"}).status_code == 401,
        state_of(crowd) == "revoked refresh_token_reused",
    ]
    count("S09", f"a token {behind} behind: itself, its successor, the access token, the row", len(met), sum(met))
    assert all(met)


def test_thief_and_owner_at_once(crowd: Crowd, person: Enrolled) -> None:
    """Whoever comes first, one gets the next token, the others end the family; both must sign in anew."""
    outcomes: Counter[str] = Counter()
    for _ in range(ROUNDS):
        token = sign_in(crowd, person)
        answers = crowd.at_once(8, lambda client, n, token=token: refresh(client, token, f"client-{n}"))
        won = [answer.json["refresh_token"] for answer in answers if answer.status_code == 200]
        outcomes[f"{len(won)} won, then {state_of(crowd)}"] += 1
        assert [told(refresh(crowd.caller(), one)) for one in won] == [REFUSED]
    count("S09", "eight clients with one token at once", 8 * ROUNDS, outcomes=dict(outcomes))
    assert outcomes == {"1 won, then revoked refresh_token_reused": ROUNDS}


def test_the_phone_that_lost_its_answer_is_no_thief(crowd: Crowd, person: Enrolled) -> None:
    for _ in range(ROUNDS):
        token = sign_in(crowd, person)
        answers = crowd.at_once(8, lambda client, _, token=token: refresh(client, token, "one attempt"))
        assert {answer.status_code for answer in answers} == {200}
        [fresh] = {answer.json["refresh_token"] for answer in answers}
        assert refresh(crowd.caller(), fresh, "next").status_code == 200
    count("S09", "one attempt repeated eight times at once", 8 * ROUNDS)


@pytest.mark.parametrize("seconds", [59, 61])
def test_the_grace_is_a_minute_and_only_for_the_same_attempt(crowd: Crowd, person: Enrolled, seconds: int) -> None:
    token = sign_in(crowd, person)
    refresh(crowd.caller(), token, "one attempt")
    # A second off the minute leaves room for neither side to slip over it while the test runs.
    crowd.write("UPDATE sessions SET rotated_at = rotated_at - make_interval(secs => :s)", s=0 if seconds < 60 else 61)
    again = told(refresh(crowd.caller(), token, "one attempt"))
    count("S09", "the same attempt within and after the grace", 1)
    assert again == ((200, None) if seconds < 60 else REFUSED)


def test_what_we_never_gave_out_ends_nobody_s_session(crowd: Crowd, person: Enrolled) -> None:
    token = sign_in(crowd, person)
    swapped = token[:30] + ("A" if token[30] != "A" else "B") + token[31:]
    made_up = [
        swapped,
        token[:-2],
        token + "=",
        token + "AA",
        "gr1_" + "A" * 86,
        "gr2_" + token[4:],
        token.upper(),
        "x" * 90,
    ]
    answers = [told(refresh(crowd.caller(), one))[0] for one in made_up]
    count("S09", "altered and made-up tokens", len(made_up), sum(status in {401, 422} for status in answers))
    assert set(answers) <= {401, 422}
    assert refresh(crowd.caller(), token).status_code == 200


def test_a_token_serves_its_own_purpose_only(crowd: Crowd, person: Enrolled) -> None:
    token = sign_in(crowd, person)
    access = refresh(crowd.caller(), token, "a").json["access_token"]
    met = [
        crowd.caller().get("/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401,
        told(refresh(crowd.caller(), access)) in {REFUSED, (422, "invalid")},
    ]
    count("S09", "refresh token as access token, and the other way round", len(met), sum(met))
    assert all(met)
