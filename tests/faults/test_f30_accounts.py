"""F30: our own account is refused, by Google or by a provider of texts; somebody is told, and nobody is unreachable."""

import time
from typing import Any

import pytest

from api.notifications.gateways.google_account import REFUSAL_LASTS_S
from api.notifications.types import Urgency
from tests.faults.conftest import LONG
from tests.faults.sending import doubles, reached, tell, tell_counts, wait_for_end
from tests.faults.test_f08_outage import end_rests
from tests.pusher.conftest import Station, wait_until

EACH, SEED = (400, 30) if LONG else (20, 30)
LIVE = "SELECT count(*)::int AS n FROM devices WHERE token IS NOT NULL AND retired_at IS NULL"


def problems(station: Station) -> tuple[int, list[str]]:
    """The deep health answer's status, and what it says of accounts."""
    answer = station.app.test_client().get("/healthz/deep")
    return answer.status_code, [word for word in answer.json["problems"] if word.startswith("account_refused")]


@pytest.fixture
def accounts(fcm, twilio, aliyun) -> dict[str, Any]:
    return {"fcm": fcm, "twilio": twilio, "aliyun": aliyun}


def test_f30_a_revoked_credential_is_told_and_texts_take_over(texting: Station, accounts) -> None:
    fcm = accounts["fcm"]
    with texting.pusher():
        # The account is revoked under a pusher that holds a good token, not under one that never got any.
        first = tell(texting, 1, phones=1)
        wait_until(lambda: len(reached(first, fcm)) == 1, 60)
        fcm.control(revoked=True)
        before = texting.rows(LIVE)[0].n
        people = tell(texting, EACH, phones=1)
        wait_until(lambda: problems(texting)[1] == ["account_refused_fcm"], 30)
        status = problems(texting)[0]
        wait_until(lambda: len(reached(people, *accounts.values())) == len(people), 60)
        wait_for_end(texting, 60)
        by_text = len(reached(people, accounts["twilio"], accounts["aliyun"]))
        fcm.reset()
        time.sleep(REFUSAL_LASTS_S + 0.5)  # what the token office said last is believed for so long
        end_rests(texting)
        after = tell(texting, EACH, phones=1)
        wait_until(lambda: len(reached(after, fcm)) == len(after), 60)
        wait_for_end(texting, 60)
        wait_until(lambda: problems(texting)[1] == [], 30)
    lost = len(people) - len(reached(people, *accounts.values()))
    retired = before + 2 * EACH - texting.rows(LIVE)[0].n
    extras = doubles(people, accounts["twilio"], accounts["aliyun"])
    tell_counts(
        "F30", account="fcm", seed=SEED, A=len(people), lost=lost, by_text=by_text, retired=retired, extras=extras,
        push_again=len(after),
    )  # fmt: skip
    assert (status, lost, retired, extras) == (503, 0, 0, 0)
    assert by_text == len(people)


def test_f30_with_one_account_of_texts_suspended_the_other_one_carries_them(texting: Station, accounts) -> None:
    accounts["aliyun"].control(revoked=True)
    with texting.pusher():
        people = tell(texting, EACH, phones=0)
        wait_until(lambda: len(reached(people, accounts["twilio"])) == len(people), 60)
        wait_for_end(texting, 60)
        told = problems(texting)
    lost = len(people) - len(reached(people, accounts["twilio"]))
    tell_counts("F30", account="aliyun", seed=SEED, A=len(people), lost=lost, alarm=told[1])
    assert (lost, told) == (0, (503, ["account_refused_aliyun"]))


def test_f30_with_both_suspended_texts_wait_and_go_out_afterwards(texting: Station, accounts) -> None:
    for name in ("twilio", "aliyun"):
        accounts[name].control(revoked=True)
    with texting.pusher():
        people = tell(texting, EACH, phones=0, urgency=Urgency.NORMAL)
        wait_until(lambda: problems(texting)[1] == ["account_refused_aliyun", "account_refused_twilio"], 30)
        for name in ("twilio", "aliyun"):
            accounts[name].reset()
        end_rests(texting)
        wait_until(lambda: len(reached(people, accounts["twilio"], accounts["aliyun"])) == len(people), 60)
        wait_for_end(texting, 60)
    lost = len(people) - len(reached(people, accounts["twilio"], accounts["aliyun"]))
    wrong = texting.rows("SELECT count(*)::int AS n FROM outbox WHERE state IN ('dead', 'expired')")[0].n
    tell_counts("F30", account="both of texts", seed=SEED, A=len(people), lost=lost, given_up=wrong)
    assert (lost, wrong) == (0, 0)
