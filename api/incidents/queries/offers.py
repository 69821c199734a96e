"""Reading offers: one's own, and those of an incident when its end is judged."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from api.incidents.models import Feedback, Incident, Offer, Review
from api.incidents.queries.incidents import LAT, LON
from api.incidents.types import Decision, DispatchState, FeedbackState, NeedState, OfferHead, OfferState, Outcome, Part
from api.kernel.geo import Point

_HEAD = """SELECT id, incident_id, dispatch_id, need_id, member_id, person_id, state, reason, offered_at, accepted_at,
           beyond, eta_s FROM offers WHERE id = :offer"""
_OWN = text(_HEAD + " AND person_id = :owner")
_STATIONS = text(_HEAD + " AND station_id = :owner")
_ANY = text(_HEAD)
_MEMBERS = text(_HEAD.replace("id = :offer", "incident_id = :offer AND member_id = :owner ORDER BY id DESC LIMIT 1"))

# The newest report of each offer decides; a needless dispatch cannot exist, so every dispatch has a row.
_PARTS = text("""
    SELECT d.id, d.state, (SELECT bool_and(n.state <> :open) FROM needs n WHERE n.dispatch_id = d.id) AS filled,
           o.state AS offer_state, f.outcome, f.state AS feedback_state
    FROM dispatches d
    LEFT JOIN offers o ON o.dispatch_id = d.id AND o.state IN ('accepted', 'on_the_way', 'arrived', 'done')
    LEFT JOIN LATERAL (
        SELECT outcome, state FROM feedbacks WHERE offer_id = o.id ORDER BY revision DESC LIMIT 1
    ) f ON true
    WHERE d.incident_id = :incident
""")
_MINE = text("""
    SELECT o.id, o.state, o.reason, i.kind, i.colour, o.distance_m, o.eta_s, o.offered_at, o.expires_at, d.drill,
           o.incident_id, o.accepted_at
    FROM offers o JOIN incidents i ON i.id = o.incident_id JOIN dispatches d ON d.id = o.dispatch_id
    WHERE o.person_id = :person
    ORDER BY o.state IN ('offered', 'silent', 'accepted', 'on_the_way', 'arrived') DESC, o.id DESC LIMIT :limit
""")


def own_offer(session: Session, person_id: UUID, offer_id: UUID) -> OfferHead | None:
    """An offer of this person's; somebody else's is as if it did not exist."""
    return _one(session, _OWN, person_id, offer_id)


def station_offer(session: Session, station_id: UUID, offer_id: UUID) -> OfferHead | None:
    """An offer of this station's."""
    return _one(session, _STATIONS, station_id, offer_id)


def any_offer(session: Session, offer_id: UUID) -> OfferHead | None:
    """An offer of whatever station: for jobs, which act for the system."""
    return _one(session, _ANY, None, offer_id)


def member_offer(session: Session, incident_id: UUID, member_id: UUID) -> OfferHead | None:
    """A member's newest offer in an incident."""
    return _one(session, _MEMBERS, member_id, incident_id)


def _one(session: Session, statement: Any, owner: UUID | None, offer_id: UUID) -> OfferHead | None:
    values = {"offer": offer_id} if owner is None else {"offer": offer_id, "owner": owner}
    row = session.execute(statement, values).one_or_none()
    if row is None:
        return None
    id_, incident, dispatch, need, member, person, state, reason, *rest = row
    return OfferHead(id_, incident, dispatch, need, member, person, OfferState(state), reason, *rest)


def list_own_offers(session: Session, person_id: UUID, *, limit: int = 50) -> list[dict[str, Any]]:
    """A person's offers as plain rows, those that still matter first, then newest first."""
    return [dict(row._mapping) for row in session.execute(_MINE, {"person": person_id, "limit": limit})]


def own_offer_rows(session: Session, person_id: UUID, offer_id: UUID) -> tuple[Offer, Incident, Point] | None:
    """An offer with its incident, sealed columns opened."""
    statement = select(Offer, Incident, LAT, LON).join(Incident, Incident.id == Offer.incident_id)
    statement = statement.where(Offer.id == offer_id, Offer.person_id == person_id)
    row = session.execute(statement.execution_options(populate_existing=True)).one_or_none()
    return None if row is None else (row[0], row[1], Point(row[2], row[3]))


def parts_by_dispatch(session: Session, incident_id: UUID) -> list[tuple[bool, bool, list[Part]]]:
    """(ended, filled, parts) of each of an incident's dispatches; parts are those who accepted and did not leave."""
    found: dict[UUID, tuple[bool, bool, list[Part]]] = {}
    for row in session.execute(_PARTS, {"incident": incident_id, "open": NeedState.OPEN}):
        _, _, parts = found.setdefault(row.id, (row.state == DispatchState.ENDED, bool(row.filled), []))
        if row.offer_state is not None:
            outcome = None if row.outcome is None else Outcome(row.outcome)
            parts.append(Part(OfferState(row.offer_state), outcome, row.feedback_state == FeedbackState.RETURNED))
    return list(found.values())


def went_people(session: Session, incident_id: UUID) -> frozenset[UUID]:
    """Everybody who ever accepted, those included who left again."""
    statement = select(Offer.person_id).where(Offer.incident_id == incident_id, Offer.accepted_at.is_not(None))
    return frozenset(session.scalars(statement))


def going_members(session: Session, incident_id: UUID) -> int:
    """How many are on their way or on scene."""
    statement = select(func.count()).select_from(Offer).where(Offer.incident_id == incident_id)
    going = Offer.state.in_((OfferState.ACCEPTED, OfferState.ON_THE_WAY, OfferState.ARRIVED))
    return session.scalar(statement.where(going)) or 0


def newest_feedback(session: Session, offer_id: UUID) -> Feedback | None:
    """The author's last word on an offer."""
    statement = select(Feedback).where(Feedback.offer_id == offer_id).order_by(Feedback.revision.desc()).limit(1)
    return session.scalar(statement.execution_options(populate_existing=True))


def note_of_return(session: Session, feedback: Feedback) -> str | None:
    """Why a feedback was returned: the note of the first return after it came in."""
    statement = select(Review).where(
        Review.incident_id == feedback.incident_id,
        Review.decision == Decision.RETURNED,
        Review.reviewed_at >= feedback.received_at,
    )
    review = session.scalar(statement.order_by(Review.reviewed_at, Review.id).limit(1))
    return None if review is None else review.note


def feedbacks_of(session: Session, incident_id: UUID) -> list[Feedback]:
    """Every report on an incident, oldest first."""
    statement = select(Feedback).where(Feedback.incident_id == incident_id).order_by(Feedback.id)
    return list(session.scalars(statement.execution_options(populate_existing=True)))
