"""Counters and histograms. Labels are routes, codes and channels: never a person, a place or an id."""

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Histogram(
    "gridloop_request_seconds",
    "Time to answer, by route and status.",
    ["route", "method", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
MESSAGES = Counter("gridloop_messages_total", "Outcomes of send attempts.", ["channel", "outcome"])
TIMERS = Counter("gridloop_timers_total", "Timers run, by job and outcome.", ["job", "outcome"])
HAND_OVERS = Histogram(
    "gridloop_hand_over_seconds",
    "From the moment a message is due to its claim by a sender that calls at once.",
    ["urgency", "channel"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
SWEPT = Counter("gridloop_swept_messages_total", "Messages the sweeper moved, by reason.", ["reason"])
PROVIDER_RESTING = Gauge("gridloop_provider_resting", "1 while a provider is left in peace.", ["provider"])
PROVIDER_WEIGHT = Gauge("gridloop_provider_weight", "Share of texts a provider carries.", ["prefix", "provider"])
