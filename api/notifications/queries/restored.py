"""What became of messages that were held after a backup was put back."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from api.notifications.rules.settlement import RESTORED

_COUNT = text("""
    SELECT urgency, channel, state, count(*)::int AS count FROM outbox WHERE error_code = :restored
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
""")


@dataclass(frozen=True)
class RestoredCount:
    """So many held messages of one kind are in this state now."""

    urgency: str
    channel: str
    state: str
    count: int


def count_restored(session: Session) -> list[RestoredCount]:
    """The held messages by urgency, channel and present state; one sent again on purpose is not among them."""
    return [RestoredCount(*row) for row in session.execute(_COUNT, {"restored": RESTORED})]
