"""What an incident has cost in messages: by dispatch, and for the rest."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.incidents.models import Dispatch, Offer
from api.notifications.queries.costs import costs_about
from api.notifications.types import Cost


@dataclass(frozen=True)
class DispatchCost:
    """What one act of asking has cost, and for how many people who were asked."""

    dispatch_id: UUID
    asked: int
    costs: list[Cost]
    per_person: dict[str, Decimal]


@dataclass(frozen=True)
class IncidentCost:
    """Everything an incident has cost; `other`: messages that belong to no dispatch, its call-back among them."""

    total: list[Cost]
    dispatches: list[DispatchCost]
    other: list[Cost]


def costs_of_incident(session: Session, station_id: UUID, incident_id: UUID) -> IncidentCost:
    """The costs of one incident of the station."""
    offers: dict[UUID, list[UUID]] = defaultdict(list)
    for row in session.execute(select(Dispatch.id).where(Dispatch.incident_id == incident_id).order_by(Dispatch.id)):
        offers[row.id] = []
    for offer in session.execute(select(Offer.dispatch_id, Offer.id).where(Offer.incident_id == incident_id)):
        offers[offer.dispatch_id].append(offer.id)
    everything = [incident_id, *offers, *(offer_id for ids in offers.values() for offer_id in ids)]
    return IncidentCost(
        total=costs_about(session, station_id, everything),
        dispatches=[_of_dispatch(session, station_id, dispatch_id, ids) for dispatch_id, ids in offers.items()],
        other=costs_about(session, station_id, [incident_id]),
    )


def _of_dispatch(session: Session, station_id: UUID, dispatch_id: UUID, offer_ids: list[UUID]) -> DispatchCost:
    costs = costs_about(session, station_id, [dispatch_id, *offer_ids])
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for cost in costs:
        sums[cost.currency or ""] += cost.amount
    asked = len(offer_ids)
    each = {currency: round(amount / asked, 6) for currency, amount in sums.items() if currency and asked}
    return DispatchCost(dispatch_id, asked, costs, each)
