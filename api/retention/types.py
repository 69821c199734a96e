"""Values of retention."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

LEAST_DAYS, MOST_DAYS = 180, 36_500


class Purpose(StrEnum):
    """What data are kept for; days count from the end of the matter."""

    DISPUTE_PARTY = "dispute_party"  # who the parties of a dispute were
    DISPUTE_RECORD = "dispute_record"  # what was said and written about it
    VISIT_POSITION = "visit_position"  # where a visit was reported from; the verdict stays
    INCIDENT_REQUESTER = "incident_requester"  # who asked for help
    NOTICE = "notice"  # what notices said and whom they were for; the counts stay
    MESSAGE_TEXT = "message_text"  # messages and what they said; what became of them stays


@dataclass(frozen=True)
class Rule:
    """One version of a rule; `station_id` None is common to all stations."""

    purpose: Purpose
    version: int
    keep_days: int
    station_id: UUID | None
    made_by: UUID | None
    made_at: datetime


@dataclass(frozen=True)
class NewRule:
    """The next version for the actor's station; `replaces` is the version its author saw."""

    purpose: Purpose
    keep_days: int
    replaces: int
