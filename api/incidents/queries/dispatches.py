"""Reading dispatches: their needs, who was asked and who was not."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from api.incidents.models import Dispatch, Incident, Need, Offer, Selection
from api.incidents.queries.incidents import LAT, LON
from api.incidents.rules.forecast import ACCEPT_PRIOR
from api.incidents.types import DispatchHead, DispatchState, NeedCount, NeedState, OfferState, Past, StandDown
from api.kernel.geo import Point

_WAITING = text("""
    SELECT need_id, array_agg(coalesce(chance, :prior)) AS chances FROM offers
    WHERE need_id = ANY(:ids) AND state = 'offered' AND NOT beyond GROUP BY need_id
""")


def lock_needs(session: Session, dispatch_id: UUID) -> list[Need]:
    """A dispatch's needs in the order of their ids, locked until the transaction ends, as they are by then."""
    statement = select(Need).where(Need.dispatch_id == dispatch_id).order_by(Need.id)
    return list(session.scalars(statement.with_for_update(key_share=True).execution_options(populate_existing=True)))


def count_needs(session: Session, needs: list[Need]) -> list[NeedCount]:
    """The needs with their open offers. A second statement, since the first may have waited for its locks."""
    rows = session.execute(_WAITING, {"ids": [need.id for need in needs], "prior": ACCEPT_PRIOR})
    waiting: dict[UUID, tuple[float, ...]] = {row.need_id: tuple(row.chances) for row in rows}
    return [
        NeedCount(need.id, NeedState(need.state), need.wanted, need.got, len(chances), chances)
        for need, chances in ((need, waiting.get(need.id, ())) for need in needs)
    ]


def dispatch_head(session: Session, dispatch_id: UUID) -> DispatchHead | None:
    """What asking needs to know of a dispatch."""
    statement = select(
        Dispatch.id, Dispatch.incident_id, Dispatch.station_id, Dispatch.state, Dispatch.wave, Dispatch.fence,
        Dispatch.policy, LAT, LON, Dispatch.radius_m, func.ST_AsEWKT(Dispatch.area), Dispatch.target, Dispatch.drill,
    ).join(Incident, Incident.id == Dispatch.incident_id)  # fmt: skip
    row = session.execute(statement.where(Dispatch.id == dispatch_id)).one_or_none()
    if row is None:
        return None
    id_, incident, station, state, wave, fence, policy, lat, lon, *ground = row
    return DispatchHead(id_, incident, station, DispatchState(state), wave, fence, policy, Point(lat, lon), *ground)


def past_offers(session: Session, incident_id: UUID) -> Mapping[UUID, Past]:
    """What each member's newest offer in this incident came to."""
    rows = session.execute(
        select(Offer.member_id, Offer.state, Offer.reason).where(Offer.incident_id == incident_id).order_by(Offer.id)
    )
    return {
        member: Past(
            OfferState(state), reason == StandDown.FULL, left_out=reason == StandDown.DESK,
            last=reason == StandDown.STILL,
        )
        for member, state, reason in rows
    }  # fmt: skip


def has_open_need(session: Session, dispatch_id: UUID) -> bool:
    """Whether any place of the dispatch is still free."""
    statement = select(Need.id).where(Need.dispatch_id == dispatch_id, Need.state == NeedState.OPEN).limit(1)
    return session.scalar(statement) is not None


def last_considered(session: Session, dispatch_id: UUID) -> list[Any] | None:
    """Everybody looked at in the newest stored wave."""
    statement = select(Selection.considered).where(Selection.dispatch_id == dispatch_id)
    return session.scalar(statement.order_by(Selection.wave.desc()).limit(1))


def dispatch_row(session: Session, dispatch_id: UUID, *, station_id: UUID) -> Dispatch | None:
    """The station's dispatch, as it is now."""
    statement = select(Dispatch).where(Dispatch.id == dispatch_id, Dispatch.station_id == station_id)
    return session.scalar(statement.execution_options(populate_existing=True))


def needs_of(session: Session, dispatch_ids: list[UUID]) -> list[dict[str, Any]]:
    """The needs of these dispatches as plain rows."""
    statement = select(Need.id, Need.dispatch_id, Need.force, Need.skills, Need.wanted, Need.got, Need.state)
    rows = session.execute(statement.where(Need.dispatch_id.in_(dispatch_ids)).order_by(Need.id))
    return [dict(row._mapping) for row in rows]


def offers_of(session: Session, dispatch_id: UUID) -> list[dict[str, Any]]:
    """Everybody asked by a dispatch, in the order they were asked; ids, states and times."""
    statement = select(
        Offer.id, Offer.need_id, Offer.member_id, Offer.person_id, Offer.wave, Offer.state, Offer.reason,
        func.round(Offer.distance_m).label("distance_m"), Offer.eta_s, Offer.offered_at, Offer.answered_at,
        Offer.accepted_at, Offer.departed_at, Offer.arrived_at, Offer.done_at, Offer.arrival_distance_m,
        Offer.departed_how, Offer.arrived_how, Offer.added_by, Offer.beyond,
    )  # fmt: skip
    rows = session.execute(statement.where(Offer.dispatch_id == dispatch_id).order_by(Offer.wave, Offer.distance_m))
    return [dict(row._mapping) for row in rows]


def dispatches_of(session: Session, incident_id: UUID) -> list[Dispatch]:
    """An incident's dispatches, oldest first."""
    statement = select(Dispatch).where(Dispatch.incident_id == incident_id).order_by(Dispatch.id)
    return list(session.scalars(statement.execution_options(populate_existing=True)))


def count_dispatches(session: Session, incident_id: UUID) -> int:
    """How often people were sent to an incident."""
    statement = select(func.count()).select_from(Dispatch).where(Dispatch.incident_id == incident_id)
    return session.scalar(statement) or 0


def selections_of(session: Session, dispatch_id: UUID) -> list[Selection]:
    """Every stored wave, newest first."""
    statement = select(Selection).where(Selection.dispatch_id == dispatch_id).order_by(Selection.wave.desc())
    return list(session.scalars(statement))
