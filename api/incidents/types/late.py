"""What a phone tells that was offline while the thing went on, or ended, without it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Late(StrEnum):
    """What happened."""

    REPORT = "report"
    DEPART = "depart"
    ARRIVE = "arrive"
    FINISH = "finish"
    FEEDBACK = "feedback"


@dataclass(frozen=True)
class LateFact:
    """What somebody did about their offer, when by our clock, and how far their phone's clock was behind."""

    offer_id: UUID
    what: Late
    occurred_at: datetime
    offset_ms: int | None
