"""Reading who goes, how far they are, who leads, and who is watched over."""

from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from api.incidents.models import Approach, Dispatch, Reinforcement, WelfareWatch
from api.incidents.rules.leading import Candidate
from api.incidents.rules.policies import thaw_policy
from api.incidents.types import OfferState, Policy
from api.incidents.types.on_scene import GoingTask
from api.kernel.geo import Point

_GOING = text("""
    SELECT o.id, o.station_id, o.incident_id, o.dispatch_id, o.member_id, o.person_id, o.state, o.accepted_at,
           coalesce(o.force, ''), o.eta_s, o.distance_m, ST_Y(i.place::geometry), ST_X(i.place::geometry)
    FROM offers o JOIN incidents i ON i.id = o.incident_id
    WHERE o.member_id = :member AND o.state IN ('accepted', 'on_the_way', 'arrived') AND o.accepted_at IS NOT NULL
    ORDER BY o.id
""")
_CANDIDATES = text("""
    SELECT id, state, accepted_at, arrived_at FROM offers
    WHERE dispatch_id = :dispatch AND state IN ('accepted', 'on_the_way', 'arrived') AND accepted_at IS NOT NULL
""")
_COMPANIONS = text("""
    SELECT o.id, o.person_id, o.state, coalesce(o.id = d.lead_offer_id, false) AS leads
    FROM offers o JOIN dispatches d ON d.id = o.dispatch_id
    WHERE o.dispatch_id = :dispatch AND o.state IN ('accepted', 'on_the_way', 'arrived') ORDER BY o.accepted_at, o.id
""")
_APPROACHES = text("""
    SELECT a.offer_id, a.eta_at, a.fix_at, round(a.left_m) AS left_m, a.moved_at, a.gone_at, a.asked_at, a.confirmed_at,
           w.state AS welfare, w.asked_at AS welfare_asked_at, w.missed AS welfare_missed
    FROM approaches a LEFT JOIN welfare_watches w ON w.offer_id = a.offer_id
    WHERE a.offer_id = ANY(:ids)
""")


class Terms(NamedTuple):
    """What a dispatch was started with, and who leads it."""

    dispatch_id: UUID
    station_id: UUID
    incident_id: UUID
    policy: Policy
    drill: bool
    lead_offer_id: UUID | None


def dispatch_terms(session: Session, dispatch_id: UUID) -> Terms:
    """A dispatch's frozen policy and its lead."""
    columns = (
        Dispatch.id, Dispatch.station_id, Dispatch.incident_id, Dispatch.policy, Dispatch.drill, Dispatch.lead_offer_id,
    )  # fmt: skip
    id_, station, incident, policy, drill, lead = session.execute(
        select(*columns).where(Dispatch.id == dispatch_id)
    ).one()
    return Terms(id_, station, incident, thaw_policy(policy), drill, lead)


def going_tasks(session: Session, member_id: UUID) -> list[GoingTask]:
    """The tasks this member goes to or is at; more than one only where the policy lets busy people be asked."""
    return [
        GoingTask(
            id_, station, incident, dispatch, member, person, OfferState(state), at, force, eta_s, metres,
            Point(lat, lon),
        )
        for id_, station, incident, dispatch, member, person, state, at, force, eta_s, metres, lat, lon in (
            session.execute(_GOING, {"member": member_id})
        )
    ]  # fmt: skip


def lead_candidates(session: Session, dispatch_id: UUID) -> list[Candidate]:
    """Everybody of a dispatch who could lead it."""
    rows = session.execute(_CANDIDATES, {"dispatch": dispatch_id})
    return [Candidate(id_, OfferState(state), accepted, arrived) for id_, state, accepted, arrived in rows]


def companions_of(session: Session, dispatch_id: UUID) -> list[dict[str, Any]]:
    """Everybody going to or at the place for this dispatch, and who of them leads."""
    return [dict(row._mapping) for row in session.execute(_COMPANIONS, {"dispatch": dispatch_id})]


def approaches_of(session: Session, offer_ids: list[UUID]) -> dict[UUID, dict[str, Any]]:
    """How far each of these has come, and how they answered on scene."""
    found = session.execute(_APPROACHES, {"ids": offer_ids}) if offer_ids else ()
    rows = [dict(row._mapping) for row in found]
    return {row.pop("offer_id"): row for row in rows}


def approach_of(session: Session, offer_id: UUID) -> Approach | None:
    """The row itself, as it is now."""
    return session.get(Approach, offer_id, populate_existing=True)


def lock_watch(session: Session, offer_id: UUID) -> WelfareWatch | None:
    """The watch over somebody on scene, locked until the transaction ends."""
    statement = select(WelfareWatch).where(WelfareWatch.offer_id == offer_id)
    return session.scalar(statement.with_for_update(key_share=True).execution_options(populate_existing=True))


def stopped_watches(session: Session, *, limit: int = 100) -> list[tuple[UUID, int]]:
    """(offer, round) of watches over people that no clock will ever move. Always empty: the auditor raises them."""
    rows = session.execute(
        text(
            "SELECT w.offer_id, w.round FROM welfare_watches w WHERE w.state <> 'ended' AND NOT EXISTS ("
            " SELECT FROM timers t WHERE t.subject_id = w.offer_id AND t.state = 'waiting' AND t.fence = w.round"
            " AND t.job = 'workers.jobs.on_scene.check_welfare') LIMIT :limit"
        ),
        {"limit": limit},
    )
    return [(row.offer_id, row.round) for row in rows]


def lock_reinforcement(session: Session, reinforcement_id: UUID, *, station_id: UUID) -> Reinforcement | None:
    """The station's request for more people, locked until the transaction ends."""
    statement = select(Reinforcement).where(
        Reinforcement.id == reinforcement_id, Reinforcement.station_id == station_id
    )
    return session.scalar(statement.with_for_update(key_share=True).execution_options(populate_existing=True))


def reinforcements_of(session: Session, incident_id: UUID) -> list[Reinforcement]:
    """Every request for more people of an incident, oldest first."""
    statement = select(Reinforcement).where(Reinforcement.incident_id == incident_id).order_by(Reinforcement.id)
    return list(session.scalars(statement.execution_options(populate_existing=True)))


def companions_on_scene(session: Session, incident_id: UUID, *, but: UUID) -> list[UUID]:
    """The people at the place, except the holder of one offer."""
    rows = session.execute(
        text("SELECT person_id FROM offers WHERE incident_id = :incident AND state = 'arrived' AND id <> :but"),
        {"incident": incident_id, "but": but},
    )
    return [row.person_id for row in rows]


def other_task(session: Session, member_ids: list[UUID], *, but: UUID) -> list[tuple[UUID, UUID, bool]]:
    """(member, incident, drill) of tasks these members also go to, other than the incident `but`."""
    rows = session.execute(
        text(
            "SELECT DISTINCT ON (o.member_id) o.member_id, o.incident_id, d.drill FROM offers o"
            " JOIN dispatches d ON d.id = o.dispatch_id JOIN incidents i ON i.id = o.incident_id AND i.ended_at IS NULL"
            " WHERE o.member_id = ANY(:members) AND o.incident_id <> :but"
            " AND o.state IN ('accepted', 'on_the_way', 'arrived') ORDER BY o.member_id, o.accepted_at DESC"
        ),
        {"members": member_ids, "but": but},
    )
    return [(row.member_id, row.incident_id, row.drill) for row in rows]


def accepted_members(session: Session, incident_id: UUID) -> list[UUID]:
    """Everybody who ever said yes to an incident."""
    rows = session.execute(
        text("SELECT DISTINCT member_id FROM offers WHERE incident_id = :id AND accepted_at IS NOT NULL"),
        {"id": incident_id},
    )
    return [row.member_id for row in rows]
