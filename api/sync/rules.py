"""Tokens as JSON scalars for signing, and what a phone's clock is worth."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from api.kernel.labels import vocabulary
from api.sync.types import Begun, Collection, Command, CommandStatus

# Whoever changes what tokens hold counts this up: everybody begins anew.
VERSION = 1
# A network's delay; a clock that differs by more is wrong.
CLOCKS_AGREE = timedelta(seconds=90)


def next_collection(collection: Collection) -> Collection | None:
    """The one listed after it in a first look."""
    names = list(Collection)
    place = names.index(collection) + 1
    return names[place] if place < len(names) else None


def write_moment(moment: datetime) -> int:
    """Microseconds since 1970."""
    return round(moment.timestamp() * 1_000_000)


def read_moment(value: int) -> datetime:
    """The moment that `write_moment` wrote."""
    return datetime.fromtimestamp(value / 1_000_000, UTC)


def write_begun(begun: Begun | None) -> list[Any] | None:
    """The place in a first look."""
    return None if begun is None else [begun.collection.value, str(begun.after) if begun.after else None]


def read_begun(values: list[Any] | None) -> Begun | None:
    """The place that `write_begun` wrote."""
    return None if values is None else Begun(Collection(values[0]), UUID(values[1]) if values[1] else None)


def offset_ms(command: Command, now: datetime) -> int | None:
    """How far the phone's clock is behind ours, in milliseconds; None where it did not say what time it had."""
    return None if command.sent_at is None else round((now - command.sent_at).total_seconds() * 1000)


def our_time(command: Command, now: datetime) -> datetime:
    """When it happened by our clock: a wrong phone clock shows in the phone's present time, and is off by as much then.

    What comes of it is never later than now.
    """
    drift = now - command.sent_at if command.sent_at else timedelta()
    corrected = command.occurred_at + drift if abs(drift) > CLOCKS_AGREE else command.occurred_at
    return min(corrected, now)


LABELS = (
    vocabulary(
        "command_status",
        CommandStatus,
        {
            "applied": ("已执行", "Applied"),
            "duplicate": ("此前已执行", "Applied before"),
            "rejected": ("被拒绝", "Rejected"),
            "conflict": ("情况已变", "Overtaken"),
            "failed": ("执行失败，请重试", "Failed; send it again"),
        },
    ),
    vocabulary(
        "sync_collection",
        Collection,
        {
            "offers": ("任务", "Tasks"),
            "visits": ("回访", "Visits"),
            "notices": ("通知", "Notices"),
            "cases": ("纠纷", "Disputes"),
            "reference": ("参考数据", "Reference data"),
        },
    ),
)
