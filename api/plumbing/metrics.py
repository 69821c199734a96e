"""Counters and histograms. Labels are routes, codes and channels: never a person, a place or an id."""

from prometheus_client import Counter, Histogram

REQUESTS = Histogram(
    "gridloop_request_seconds",
    "Time to answer, by route and status.",
    ["route", "method", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
MESSAGES = Counter("gridloop_messages_total", "Outcomes of send attempts.", ["channel", "outcome"])
TIMERS = Counter("gridloop_timers_total", "Timers run, by job and outcome.", ["job", "outcome"])
