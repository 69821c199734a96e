"""An answer that came by a text or a key, and what it came to."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class ReplyEnd(StrEnum):
    """What an answer came to, as it is told back."""

    GOING = "going"
    DECLINED = "declined"
    FULL = "full"
    ENDED = "ended"
    BUSY = "busy"


@dataclass(frozen=True)
class SpokenAnswer:
    """A yes or a no of the person behind a number. `proof`: how it came, `reply` or `keypress`."""

    offer_id: UUID
    person_id: UUID
    yes: bool
    proof: str
