"""Facts that come late: kept in the timeline, marked so, where the state has nothing left to learn from them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from api.incidents.rules.states import ENDED_INCIDENT
from api.incidents.service.steps import note_event
from api.incidents.types import EventKind
from api.incidents.types.late import Late, LateFact
from api.plumbing.context import Ctx

_ABOUT = text("""
    SELECT o.incident_id, i.state = ANY(:ended) AS over,
        CASE :what WHEN 'depart' THEN o.departed_at WHEN 'arrive' THEN o.arrived_at WHEN 'finish' THEN o.done_at END
            IS NOT NULL AS known,
        EXISTS (SELECT FROM incident_events AS e WHERE e.incident_id = o.incident_id AND e.kind = 'late'
                AND e.data ->> 'offer_id' = CAST(o.id AS text) AND e.data ->> 'what' = :what) AS told
    FROM offers AS o JOIN incidents AS i ON i.id = o.incident_id
    WHERE o.id = :offer AND o.person_id = :person
""")


def note_late(ctx: Ctx, fact: LateFact) -> bool:
    """Keep what somebody did in the timeline, once, unless their offer shows it; a report of theirs if all was over.

    The caller has done with the fact what could still be done. False if there was nothing to keep.
    """
    asked = {"offer": fact.offer_id, "person": ctx.actor.person, "what": fact.what, "ended": list(ENDED_INCIDENT)}
    about = ctx.session.execute(_ABOUT, asked).one()
    late = about.over if fact.what is Late.FEEDBACK else not about.known
    if about.told or not late:
        return False
    note_event(
        ctx, about.incident_id, EventKind.LATE, what=fact.what, offer_id=str(fact.offer_id),
        occurred_at=fact.occurred_at.isoformat(), received_at=ctx.now.isoformat(), offset_ms=fact.offset_ms,
    )  # fmt: skip
    return True


def note_late_report(ctx: Ctx, incident_id: UUID, occurred_at: datetime, offset_ms: int | None) -> None:
    """Say that an incident was reported by a phone that could not send it at once."""
    note_event(
        ctx, incident_id, EventKind.LATE, what=Late.REPORT, occurred_at=occurred_at.isoformat(),
        received_at=ctx.now.isoformat(), offset_ms=offset_ms,
    )  # fmt: skip
