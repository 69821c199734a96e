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
PUSH_WIRE = Counter(
    "gridloop_push_wire_total",
    "What befell push connections (opened, goaway, lost ...) and requests on them (refused, reset, not_taken).",
    ["event"],
)
PROVIDER_RESTING = Gauge("gridloop_provider_resting", "1 while a provider is left in peace.", ["provider"])
PROVIDER_WEIGHT = Gauge("gridloop_provider_weight", "Share of texts a provider carries.", ["prefix", "provider"])
STREAMS = Gauge("gridloop_streams", "Connected now, by kind: streams, and polls that wait.", ["kind"])
STREAM_EVENTS = Counter("gridloop_stream_events_total", "Events handed to readers, by scope.", ["scope"])
STREAM_ENDS = Counter("gridloop_stream_ends_total", "Streams that ended, by reason.", ["reason"])
STREAM_DELAY = Histogram(
    "gridloop_stream_delay_seconds",
    "From the change to the reading that found it.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
LOG_LINES_LOST = Counter("gridloop_log_lines_lost_total", "Log lines that could not be written: is the disk full?")
UNUSUAL = Counter("gridloop_unusual_readings_total", "Looks at people beyond what work explains.", ["action", "how"])
