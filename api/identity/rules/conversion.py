"""How many of the codes that were sent are used: where few are, somebody has them sent for the money in it."""

from datetime import datetime, timedelta
from uuid import UUID

SLOT = timedelta(minutes=5)
# A code lives for one slot, so the slot that runs now, and the one before it, may still be answered.
UNFINISHED_SLOTS = 2
SLOTS = 12
# Of fewer codes than these nothing can be said.
FEWEST = 20
LOWEST = 0.30


def slot_of(now: datetime) -> int:
    """The number of the slot a moment belongs to."""
    return int(now.timestamp()) // int(SLOT.total_seconds())


def slot_subject(station_id: UUID, slot: int) -> bytes:
    """What one slot of a station is counted under."""
    return station_id.bytes + slot.to_bytes(4, "big")


def read_subject(subject: bytes) -> tuple[UUID, int]:
    """The station and slot behind `slot_subject`."""
    return UUID(bytes=subject[:16]), int.from_bytes(subject[16:], "big")


def is_pumped(sent: int, used: int) -> bool:
    """Whether so few of so many codes were used that they were not asked for by those who got them."""
    return sent >= FEWEST and used < sent * LOWEST
