"""P2 amid a drain: the same urgent hand-off while nothing else happens, and while a notice to everybody goes out."""

import itertools
import time
from contextlib import ExitStack
from dataclasses import dataclass, field

from bench.announcing import Announcers
from bench.clicks import Clicks
from bench.desk import Waiting, staff_desks
from bench.measuring import Check, Figure, Report, milliseconds, percentile
from bench.quick_provider import QuickProvider, quick_provider
from bench.rows.row import Bench, Row
from bench.running import Api, background, peak_megabytes, pusher

LATENCY_MS = (80, 80)
PAUSE_S = 0.1
# For what was in hand when the notice was taken back.
SETTLE_S = 5.0
WARM_UP = 10
MOST_TIMES, MEMORY_MB = 1.5, 100.0


@dataclass
class Found:
    """Seconds from the POST to the last of its hand-offs, round by round; how much of the notice was out by then."""

    idle: list[list[float]] = field(default_factory=list)
    amid: list[list[float]] = field(default_factory=list)
    out: list[float] = field(default_factory=list)
    memory_mb: float = 0.0


def measure(bench: Bench) -> Report:
    """Clicks alone, then clicks while the largest station's notice drains, in turn."""
    found = Found()
    with quick_provider(bench.folder / "quick") as provider, ExitStack() as stack:
        provider.ask(latency_ms=LATENCY_MS)
        environment = bench.environment(**provider.settings)
        waiting = Waiting(bench.app, staff_desks(bench.app))
        count = 2 * bench.rounds * bench.times + WARM_UP
        api = stack.enter_context(Api(environment, bench.folder))
        stack.enter_context(background(environment, bench.folder))
        sender = stack.enter_context(pusher(environment, bench.folder))
        clicks = Clicks(api.client(), waiting.report(count))
        announcers = Announcers(bench.app, api)
        clicks.reconnect(api.client())
        _click(clicks, provider, WARM_UP)
        for _ in range(bench.rounds):
            provider.ask(reset=1)
            clicks.reconnect(api.client())
            found.idle.append(_click(clicks, provider, bench.times))
            provider.ask(reset=1)
            everybody = announcers.audience(announcers.people)
            sent = announcers.send(everybody)
            provider.wait_for(1)
            clicks.reconnect(api.client())
            found.amid.append(_click(clicks, provider, bench.times))
            found.out.append(min(1.0, provider.ask()["taken"] / everybody.people) * 100)
            announcers.withdraw(sent.notice_id)
            time.sleep(SETTLE_S)
        found.memory_mb = peak_megabytes(sender.pid)
    return _report(found, bench)


def _click(clicks: Clicks, provider: QuickProvider, times: int) -> list[float]:
    seconds = []
    for _ in range(times):
        time.sleep(PAUSE_S)
        click = clicks.click_at()
        seconds.append(provider.wait_for_urgent(click.asked) - click.sent_at)
    return seconds


def _report(found: Found, bench: Bench) -> Report:
    idle, amid = (list(itertools.chain(*rounds)) for rounds in (found.idle, found.amid))
    p99 = [percentile(times, 0.99) * 1_000 for times in (idle, amid)]
    ratio = p99[1] / p99[0]
    figures = [
        milliseconds("POST to last hand-off, idle, p50", found.idle, 0.5),
        milliseconds("POST to last hand-off, idle, p99 of a round", found.idle, 0.99),
        milliseconds("POST to last hand-off, amid the drain, p50", found.amid, 0.5),
        milliseconds("POST to last hand-off, amid the drain, p99 of a round", found.amid, 0.99),
        Figure("of the notice out when the last click was", "%", tuple(found.out)),
    ]
    checks = [
        Check("idle: POST to last hand-off, p50 <= 100 ms", f"{percentile(idle, 0.5) * 1_000:.1f} ms",
              percentile(idle, 0.5) <= 0.1),
        Check("idle: POST to last hand-off, p99 <= 130 ms", f"{p99[0]:.1f} ms", p99[0] <= 130),
        Check(f"amid the drain: p99 <= {MOST_TIMES:g} x idle", f"{ratio:.2f} x ({p99[1]:.0f} ms)", ratio <= MOST_TIMES),
        Check(f"pusher's memory <= {MEMORY_MB:g} MB", f"{found.memory_mb:.0f} MB", found.memory_mb <= MEMORY_MB),
    ]  # fmt: skip
    notes = [
        "The provider answers after 80 ms over TLS and HTTP/2; a hand-off ends with the answer.",
        "The notice is taken back after the last click of a round: what is left of it does not go out.",
        "API, relay, the worker that writes the slices, PostgreSQL, the pusher and the provider share two cores.",
    ]
    return Report(figures, checks, notes)


ROW = Row("P2D", "seven urgent hand-offs, idle and amid the drain of a notice to everybody", measure)
