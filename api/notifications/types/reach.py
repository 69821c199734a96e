"""When somebody may be disturbed, and whether somebody can be reached at all."""

from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

EVERY_DAY = 0b1111111


@dataclass(frozen=True)
class QuietHours:
    """From `starts` to `ends` by the clock of `zone`, over midnight if it ends earlier than it starts.

    `days`: a bit per weekday on which they begin, Monday 1.
    """

    starts: time
    ends: time
    zone: str
    days: int = EVERY_DAY


@dataclass(frozen=True)
class ReachPolicy:
    """A station's word on disturbing people.

    `quiet`: for everybody who has not chosen. `bundle_gap_s`: what repeats itself to one person within this is summed
    up. `push_test_days`, `sms_test_days`: how old the last proof of reachability may grow before a test; 0 is never.
    Texts cost money, so they are tested only where a station says so. Version 0 is ours.
    """

    quiet: QuietHours | None = None
    bundle_gap_s: int = 900
    push_test_days: int = 7
    sms_test_days: int = 0
    version: int = 0


@dataclass(frozen=True)
class OwnQuiet:
    """A person's quiet hours as they count now. `own`: they chose; otherwise the station's. `until`: quiet just now."""

    quiet: QuietHours | None
    own: bool
    until: datetime | None


@dataclass(frozen=True)
class BulkOrder:
    """One message for many people. `respects_quiet`: it waits for everybody's morning.

    `only`: over this kind of channel alone (`push` or `sms`), whatever else somebody has.
    """

    station_id: UUID
    subject_kind: str
    subject_id: UUID
    template: str
    urgency: str
    step: str
    expires_at: datetime
    respects_quiet: bool
    only: str | None = None


@dataclass(frozen=True)
class ChannelCount:
    """How many of some people would be reached how. `texts`: people by text message, per language."""

    people: int
    by_push: int
    phones: int
    texts: tuple[tuple[str, int], ...]
    held: int

    @property
    def by_sms(self) -> int:
        """People a text would be sent to."""
        return sum(count for _, count in self.texts)

    @property
    def unreachable(self) -> int:
        """People with neither a phone signed in nor a number that takes texts."""
        return self.people - self.by_push - self.by_sms
