"""Structured logs: one JSON object a line, from an allow-list of keys only, so that nothing personal slips out."""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any, TextIO, cast

import structlog

from api.plumbing.metrics import LOG_LINES_LOST

# A key that is not listed is replaced by "[dropped]": adding one here is a decision about personal data.
ALLOWED = frozenset(
    {
        "event", "level", "timestamp", "logger", "exc_info", "exception", "request_id", "method", "route", "status",
        "ms", "actor", "station", "code", "job", "timer_id", "message_id", "provider", "provider_ref", "outcome",
        "attempt", "count", "queue", "process", "error", "table", "path", "age_s", "lease", "channel", "urgency", "pid",
    }
)  # fmt: skip

_FRAMES = 20


def drop_unlisted(_: Any, __: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keep only the allowed keys."""
    for key in entry.keys() - ALLOWED:
        entry[key] = "[dropped]"
    return entry


def describe_exception(error: BaseException) -> str:
    """The kinds of an exception and of what led to it, each with where it was raised; none of their texts.

    The text of an exception may quote a row, a body or a statement's parameters. Of a database's it keeps the SQLSTATE
    and the names of constraint, table and column, which are ours.
    """
    parts: list[str] = []
    seen: set[int] = set()
    now: BaseException | None = error
    while now is not None and id(now) not in seen:
        seen.add(id(now))
        frames = traceback.extract_tb(now.__traceback__)[-_FRAMES:]
        places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        parts.append("\n  ".join([" ".join([type(now).__qualname__, *_database_words(now)]), *places]))
        now = now.__cause__ or (None if now.__suppress_context__ else now.__context__)
    return "\nbecause of ".join(parts)


def _database_words(error: BaseException) -> list[str]:
    diag = getattr(getattr(error, "orig", error), "diag", None)
    names = ("sqlstate", "constraint_name", "table_name", "column_name")
    return [str(word) for name in names if (word := getattr(diag, name, None))]


def place_exception(_: Any, __: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace `exc_info` by what may be said of the exception."""
    given = entry.pop("exc_info", None)
    found = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(found, BaseException):
        entry["exception"] = describe_exception(found)
    return entry


class Discreet(logging.Formatter):
    """What libraries log, without the texts of exceptions."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the library's name
        """Kinds and places only."""
        return describe_exception(ei[1]) if ei[1] else ""


class Lossy:
    """A stream whose disk may be full: what cannot be written is counted, and nobody's work ends for it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, words: str) -> int:
        """Write, or count what was lost."""
        try:
            return self._stream.write(words)
        except OSError:
            LOG_LINES_LOST.inc()
            return len(words)

    def flush(self) -> None:
        """Flush what can be flushed."""
        try:
            self._stream.flush()
        except OSError:
            LOG_LINES_LOST.inc()


def configure_logs(level: str) -> None:
    """Route structlog and the standard library to standard error as JSON."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        place_exception,
        drop_unlisted,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.WriteLoggerFactory(file=cast(TextIO, Lossy(sys.stderr))),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, stream=Lossy(sys.stderr), force=True)
    logging.root.handlers[0].setFormatter(Discreet("%(levelname)s %(name)s %(message)s"))
