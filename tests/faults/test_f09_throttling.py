"""F09: a provider says 429 with Retry-After; it is left alone for just that long."""

import time

import pytest

from tests.faults.conftest import LONG
from tests.faults.sending import reached, tell, tell_counts, wait_for_end
from tests.pusher.conftest import Station, wait_until

EACH, RETRY_AFTER_S, SEED = (60, 30.0, 9) if LONG else (30, 3.0, 9)
# Calls that were on their way when the first answer came; nobody can call these back.
BURST_S = 0.5


@pytest.mark.parametrize("which", ["fcm", "aliyun"])
def test_f09_no_call_before_the_time_a_provider_named(texting: Station, fcm, twilio, aliyun, which: str) -> None:
    provider = {"fcm": fcm, "aliyun": aliyun}[which]
    provider.control(failures={"429": 1.0}, retry_after_s=RETRY_AFTER_S, seed=SEED)
    before, phones = provider.counts(), int(which == "fcm")
    # Notices, which wait for their channel; alerts would go through another one at once.
    people = tell(texting, EACH, phones=phones, urgency="normal")
    with texting.pusher(bulk_width=16, sms_width=16):
        wait_until(lambda: refused(provider) > before["refused"].get("429", 0))
        asked = time.monotonic()
        time.sleep(BURST_S)
        burst, early = refused(provider) - before["refused"].get("429", 0), provider.counts()["early"]
        provider.control(failures={})
        people += tell(texting, EACH, phones=phones, urgency="normal")
        while time.monotonic() < asked + RETRY_AFTER_S - 0.2:
            time.sleep(0.1)
        early = provider.counts()["early"] - early
        waited = len(reached(people, provider))
        # Anything later is allowed; the first one is the probe.
        wait_until(lambda: len(reached(people, fcm, twilio, aliyun)) == len(people), 40)
        wait_for_end(texting, 20)
    lost = len(people) - len(reached(people, fcm, twilio, aliyun))
    tell_counts(
        "F09", provider=which, seed=SEED, retry_after_s=RETRY_AFTER_S, A=len(people), burst=burst, early=early,
        taken_in_window=waited, lost=lost,
    )  # fmt: skip
    assert (early, waited, lost) == (0, 0, 0)
    assert burst <= 16


def refused(provider) -> int:
    return int(provider.counts()["refused"].get("429", 0))
