"""P2: from the commit to the provider's hands, for seven recipients, beside the bare SDK sending the same."""

import itertools
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from bench.clicks import Click, Clicks
from bench.desk import ASKED, Waiting, staff_desks
from bench.measuring import Check, Figure, Report, in_turn, milliseconds, percentile
from bench.provider import Accepted, BareSdk, Commits
from bench.rows.row import Bench, Row
from bench.running import Api, pusher
from tests.sandboxes import RunningFcm, start_fcm

WARM_UP = 10
LATENCY_MS = 80
# After the hand-off the pusher still settles; the next click finds it idle.
PAUSE_S = 0.05


@dataclass
class Hands:
    """What one click is measured with, and what was seen beside the seconds returned."""

    clicks: Clicks
    commits: Commits
    accepted: Accepted
    bare: BareSdk
    latency_s: float = 0.0
    whole: list[float] = field(default_factory=list)

    def hand_over(self) -> float:
        """Click; the seconds from the commit to the last hand-off. The whole way from the POST is kept beside."""
        time.sleep(PAUSE_S)
        self.accepted.skip()
        click: Click = self.clicks.click_at()
        committed_at = self.commits.first_after(click.sent_at)
        last = max(self.accepted.wait_for(click.asked)) + self.latency_s / 2
        self.whole.append(last - click.sent_at)
        return last - committed_at

    def send_bare(self) -> float:
        """The same number of messages in one call of the SDK; the seconds to the last hand-off."""
        time.sleep(PAUSE_S)
        self.accepted.skip()
        started, _ = self.bare.send()
        return max(self.accepted.wait_for(ASKED)) + self.latency_s / 2 - started


def measure(bench: Bench) -> Report:
    """The real API, the real pusher and the real SDK against the FCM stand-in, answering at once and after 80 ms."""
    with _running(bench) as (fcm, hands):
        at_once = _rounds(bench, hands)
        fcm.control(latency_ms=LATENCY_MS)
        hands.latency_s = LATENCY_MS / 1_000
        slow = _rounds(bench, hands)
    return Report(_figures(at_once, slow), _checks(at_once, slow), _notes(hands))


@contextmanager
def _running(bench: Bench) -> Iterator[tuple[RunningFcm, Hands]]:
    waiting = Waiting(bench.app, staff_desks(bench.app))
    with ExitStack() as stack:
        fcm = stack.enter_context(start_fcm(bench.folder / "fcm"))
        environment = bench.environment(
            GRIDLOOP_FCM_BASE_URL=fcm.base_url,
            GRIDLOOP_FCM_CREDENTIALS=str(fcm.service_account),
            GRIDLOOP_TWILIO_BASE_URL="http://127.0.0.1:9",  # nobody listens there: no text may be sent
        )
        api = stack.enter_context(Api(environment, bench.folder))
        stack.enter_context(pusher(environment, bench.folder))
        bare = BareSdk(fcm, ASKED)
        stack.callback(bare.close)
        clicks = Clicks(api.client(), waiting.report(2 * (bench.rounds * bench.times + WARM_UP)))
        commits = Commits(bench.cluster.conninfo("gridloop_app", bench.database))
        stack.callback(commits.close)
        yield fcm, Hands(clicks, commits, Accepted(fcm.ledger_path), bare)


Rounds = dict[str, list[list[float]]]


def _rounds(bench: Bench, hands: Hands) -> Rounds:
    acts = {"ours": hands.hand_over, "bare": hands.send_bare}
    in_turn(acts, rounds=1, times=WARM_UP)
    found: Rounds = {"ours": [], "bare": [], "whole": []}
    for _ in range(bench.rounds):
        hands.whole = []
        for name, rounds in in_turn(acts, rounds=1, times=bench.times).items():
            found[name] += rounds
        found["whole"].append(hands.whole)
    return found


def _figures(at_once: Rounds, slow: Rounds) -> list[Figure]:
    return [
        figure
        for words, rounds in ((", answering at once", at_once), (f", answering after {LATENCY_MS} ms", slow))
        for figure in (
            milliseconds(f"commit to last hand-off{words}, p50", rounds["ours"], 0.5),
            milliseconds(f"commit to last hand-off{words}, p99 of a round", rounds["ours"], 0.99),
            milliseconds(f"POST to last hand-off{words}, p50", rounds["whole"], 0.5),
            milliseconds(f"bare SDK, one call{words}, p50", rounds["bare"], 0.5),
            milliseconds(f"bare SDK, one call{words}, p99 of a round", rounds["bare"], 0.99),
        )
    ]


def _checks(at_once: Rounds, slow: Rounds) -> list[Check]:
    targets = [
        ("at once: commit to last hand-off", at_once["ours"], 0.5, 10),
        ("at once: commit to last hand-off", at_once["ours"], 0.99, 40),
        (f"{LATENCY_MS} ms: POST to last hand-off", slow["whole"], 0.5, 100),
        (f"{LATENCY_MS} ms: POST to last hand-off", slow["whole"], 0.99, 130),
    ]
    return [_check(*target) for target in targets]


def _check(words: str, rounds: list[list[float]], quantile: float, most_ms: float) -> Check:
    reached = percentile(list(itertools.chain(*rounds)), quantile) * 1_000
    return Check(f"{words}, p{quantile * 100:g} <= {most_ms:g} ms", f"{reached:.1f} ms", reached <= most_ms)


def _notes(hands: Hands) -> list[str]:
    asked = hands.clicks.asked
    return [
        "Bare SDK: firebase-admin's send_each_async, seven messages in one call, connections warm, same stand-in.",
        "The stand-in accepts half-way through its latency; the other half is added: a hand-off ends with the answer.",
        f"Asked per click: {sum(asked) / len(asked):.2f} people on average.",
    ]


ROW = Row("P2", "commit to provider hand-off, seven recipients, idle", measure)
