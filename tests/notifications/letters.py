"""Letters for tests that need no database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from api.kernel.ids import uuid7
from api.notifications.types import Channel, Letter, Urgency

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def message_id(number: int) -> UUID:
    return uuid7(1_772_000_000_000 + number, bytes([number % 256]) * 10)


def letter(**changes: Any) -> Letter:
    """A claimed alert over push, on its first try, good for two minutes."""
    plain = Letter(
        id=message_id(1), station_id=message_id(2), urgency=Urgency.ALERT, channel=Channel.PUSH,
        person_id=message_id(3), device_id=message_id(4), subject_kind="offer", subject_id=message_id(5),
        template="offer", step="offer", variables={}, attempts=1, expires_at=NOW + timedelta(minutes=2),
        lease_token=message_id(6), claimed_at=NOW, address="token",
    )  # fmt: skip
    return replace(plain, **changes)
