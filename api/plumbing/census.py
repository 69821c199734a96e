"""What waits, how old it is and who is alive, read from the database: the same from whichever process asks.

Counters live in the process that counts; these few readings do not, so one scrape of one API tells of the whole system.
"""

from dataclasses import dataclass, field

from sqlalchemy import text
from sqlalchemy.orm import Session

from api.plumbing.heartbeats import read_pulses

# One branch for each partial index: together they hold only what has not ended, however long the table is.
_MESSAGES = text("""
    SELECT urgency, 'queued' AS state, count(*) AS waiting,
           greatest(coalesce(max(extract(epoch FROM now() - next_at)) FILTER (
               WHERE next_at <= now() AND expires_at > now()), 0), 0)::float8 AS oldest_s
    FROM outbox WHERE state = 'queued' GROUP BY urgency
    UNION ALL SELECT urgency, 'leased', count(*), 0 FROM outbox WHERE state = 'leased' GROUP BY urgency
    UNION ALL SELECT urgency, 'unknown', count(*), 0 FROM outbox WHERE state = 'unknown' GROUP BY urgency
""")
_TIMERS = text("""
    SELECT count(*) FILTER (WHERE due_at <= now()) AS due,
           greatest(coalesce(extract(epoch FROM now() - min(due_at)), 0), 0)::float8 AS oldest_s
    FROM timers WHERE state = 'waiting'
""")
_DEAD = text("SELECT count(*) FROM timers WHERE state = 'dead'")


@dataclass(frozen=True)
class Reading:
    """One figure: a gauge's name without the common prefix, its labels, its value."""

    name: str
    value: float
    labels: dict[str, str] = field(default_factory=dict)


MEANINGS = {
    "heartbeat_age_seconds": "Since a kind of process last gave a sign of life.",
    "messages_waiting": "Messages that have not come to an end, by state.",
    "message_oldest_due_seconds": "How long the oldest message that may go out has been due.",
    "timers_due": "Timers that are due and have not fired.",
    "timer_oldest_due_seconds": "How long the oldest of them has been due.",
    "timers_dead": "Timers given up after their last try; each wants a person to look.",
}


def take_census(session: Session) -> list[Reading]:
    """Every reading of `MEANINGS`, in seconds or counts."""
    found = [Reading("heartbeat_age_seconds", pulse.age_s, {"process": pulse.name}) for pulse in read_pulses(session)]
    oldest = 0.0
    for row in session.execute(_MESSAGES):
        labels = {"urgency": row.urgency, "state": row.state}
        found.append(Reading("messages_waiting", row.waiting, labels))
        oldest = max(oldest, row.oldest_s)
    found.append(Reading("message_oldest_due_seconds", oldest))
    timers = session.execute(_TIMERS).one()
    found += [Reading("timers_due", timers.due), Reading("timer_oldest_due_seconds", timers.oldest_s)]
    return [*found, Reading("timers_dead", session.execute(_DEAD).scalar_one())]
