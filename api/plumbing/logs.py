"""Structured logs: one JSON object a line, from an allow-list of keys only, so that nothing personal slips out."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

# A key that is not listed is replaced by "[dropped]": adding one here is a decision about personal data.
ALLOWED = frozenset(
    {
        "event", "level", "timestamp", "logger", "exc_info", "exception", "request_id", "method", "route", "status",
        "ms", "actor", "station", "code", "job", "timer_id", "message_id", "provider", "provider_ref", "outcome",
        "attempt", "count", "queue", "process", "error", "table", "path", "age_s", "lease", "channel", "urgency", "pid",
    }
)  # fmt: skip


def drop_unlisted(_: Any, __: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keep only the allowed keys."""
    for key in entry.keys() - ALLOWED:
        entry[key] = "[dropped]"
    return entry


def configure_logs(level: str) -> None:
    """Route structlog and the standard library to standard error as JSON."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        drop_unlisted,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, force=True)
