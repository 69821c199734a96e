"""P3: a notice from the desk's last word to the last hand-off, and what the sending costs beside `send_each`."""

from collections import defaultdict
from contextlib import ExitStack
from dataclasses import dataclass, field

from bench.announcing import Announcers
from bench.measuring import Check, Figure, Report
from bench.quick_provider import QuickProvider, quick_provider
from bench.rows.row import Bench, Row
from bench.running import Api, Process, background, peak_megabytes, processor_seconds, pusher
from bench.senders import Cost, Senders

JITTER_MS = (45, 800)
SIZES = (1_000, 10_000, 100_000)
LAST_S = {1_000: 0.2, 10_000: 1.0, 100_000: 7.0}
ANSWER_MS, COST_S, TIMES, A_SECOND, MEMORY_MB = 50.0, 0.06, 50.0, 10_000.0, 100.0
OURS, THEIRS, LOADED = 10_000, 1_000, 10_000
WARM_UP = 1_000


@dataclass
class Found:
    """Round by round, by size of the notice."""

    people: dict[int, int] = field(default_factory=dict)
    answered_ms: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    last_s: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    pusher_s: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    ours: list[Cost] = field(default_factory=list)
    theirs: list[Cost] = field(default_factory=list)
    loaded: list[Cost] = field(default_factory=list)
    doubles: int = 0
    memory_mb: float = 0.0


def measure(bench: Bench) -> Report:
    """The senders by themselves, in turn; then notices through the API, the relay, a worker and the pusher."""
    found = Found()
    with quick_provider(bench.folder / "quick") as provider:
        provider.ask(latency_ms=JITTER_MS)
        _compare(bench, provider, found)
        _send_notices(bench, provider, found)
    return Report(_figures(found), _checks(found), _notes(found))


def _compare(bench: Bench, provider: QuickProvider, found: Found) -> None:
    senders = Senders(provider, bench.folder)
    try:
        senders.send_ours(WARM_UP)
        senders.send_each(WARM_UP // 2)
        for _ in range(bench.rounds):
            found.ours.append(senders.send_ours(OURS))
            found.theirs.append(senders.send_each(THEIRS))
            if (loaded := senders.load(LOADED)) is not None:
                found.loaded.append(loaded)
    finally:
        senders.close()


def _send_notices(bench: Bench, provider: QuickProvider, found: Found) -> None:
    environment = bench.environment(**provider.settings)
    with ExitStack() as stack:
        api = stack.enter_context(Api(environment, bench.folder))
        stack.enter_context(background(environment, bench.folder))
        sender = stack.enter_context(pusher(environment, bench.folder))
        announcers = Announcers(bench.app, api)
        _send_one(announcers, provider, sender, WARM_UP, Found())
        for _ in range(bench.rounds):
            for size in (size for size in SIZES if size <= announcers.people):
                _send_one(announcers, provider, sender, size, found)
        found.memory_mb = peak_megabytes(sender.pid)


def _send_one(announcers: Announcers, provider: QuickProvider, sender: Process, size: int, found: Found) -> None:
    audience = announcers.audience(size)
    provider.ask(reset=1)
    used = processor_seconds(sender.pid)
    sent = announcers.send(audience)
    taken = provider.wait_for(audience.people)
    found.people[size] = audience.people
    found.answered_ms[size].append(sent.answered_s * 1_000)
    found.last_s[size].append(taken["last_at"] - sent.posted_at)
    found.pusher_s[size].append((processor_seconds(sender.pid) - used) / audience.people * 1_000)
    found.doubles += taken["taken"] - taken["distinct"]


def _figures(found: Found) -> list[Figure]:
    figures = []
    for size, people in found.people.items():
        figures += [
            Figure(f"{people:,} people: the last word, answered 202", "ms", tuple(found.answered_ms[size])),
            Figure(f"{people:,} people: POST to last hand-off", "s", tuple(found.last_s[size])),
            Figure(f"{people:,} people: the pusher, whole, per 1,000", "CPU s", tuple(found.pusher_s[size])),
        ]
    for words, costs in (("our gateway", found.ours), ("send_each", found.theirs), ("h2load", found.loaded)):
        if costs:
            figures.append(Figure(f"{words}, alone, per 1,000", "CPU s", tuple(cost.per_thousand for cost in costs)))
            figures.append(Figure(f"{words}, alone", "1/s", tuple(cost.per_second for cost in costs)))
    pairs = zip(found.theirs, found.ours, strict=True)
    figures.append(
        Figure("send_each / our gateway, CPU", "ratio", tuple(x.per_thousand / y.per_thousand for x, y in pairs))
    )
    return figures


def _checks(found: Found) -> list[Check]:
    worst = max(value for values in found.answered_ms.values() for value in values)
    figures = {figure.label: figure for figure in _figures(found)}
    cost, ratio = figures["our gateway, alone, per 1,000"].median, figures["send_each / our gateway, CPU"].median
    checks = [Check(f"202 <= {ANSWER_MS:g} ms for any size, worst", f"{worst:.1f} ms", worst <= ANSWER_MS)]
    for size, people in found.people.items():
        last = figures[f"{people:,} people: POST to last hand-off"].median
        checks.append(Check(f"{people:,}: last hand-off <= {LAST_S[size]:g} s", f"{last:.2f} s", last <= LAST_S[size]))
    largest = max(found.people)
    rate = found.people[largest] / figures[f"{found.people[largest]:,} people: POST to last hand-off"].median
    return [
        *checks,
        Check(f"sender <= {COST_S:g} CPU s per 1,000", f"{cost:.3f} s", cost <= COST_S),
        Check(f"sender >= {TIMES:g} x send_each", f"{ratio:.0f} x", ratio >= TIMES),
        Check(f">= {A_SECOND:,.0f}/s from the outbox, one process", f"{rate:,.0f}/s", rate >= A_SECOND),
        Check(f"pusher's memory <= {MEMORY_MB:g} MB", f"{found.memory_mb:.0f} MB", found.memory_mb <= MEMORY_MB),
        Check("handed over twice: 0", str(found.doubles), found.doubles == 0),
    ]


def _notes(found: Found) -> list[str]:
    return [
        f"The provider answers after {JITTER_MS[0]} to {JITTER_MS[1]} ms over TLS and HTTP/2, on the same two cores.",
        "POST to last hand-off: API, relay, a worker that writes the slices, PostgreSQL, pusher and provider.",
        "Alone: 2,000 in flight against the same provider, in turn; its jitter allows 4,700/s at most.",
        "The pusher, whole: claims, addresses, calls and settlements, with all its threads.",
    ]


ROW = Row("P3", "a notice: answered, last hand-off, and the cost of sending", measure)
