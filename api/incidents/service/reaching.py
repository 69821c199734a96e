"""Who of those asked has been reached: the proofs on the time line, and the list of those nothing reaches."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from api.incidents.models import Offer
from api.incidents.queries.incidents import read_incident
from api.incidents.rules.states import ASKED
from api.incidents.service.steps import note_events
from api.incidents.types import EventKind
from api.kernel.errors import NotFound
from api.notifications.queries import not_reached, receipts_about
from api.notifications.types.reaching import NotReached, Reading, Receipt
from api.plumbing.context import Ctx
from api.plumbing.db import among

_OFFER = "offer"


@dataclass(frozen=True)
class Reach:
    """An incident's people as messages reach them. `not_reached`: only those whose answer is still waited for."""

    not_reached: Sequence[NotReached]
    receipts: Sequence[Receipt]


def show_reach(ctx: Ctx, incident_id: UUID) -> Reach:
    """Who was sent what and what became of it, and whom nothing reaches; raises NotFound."""
    if read_incident(ctx.session, incident_id, station_id=ctx.actor.station) is None:
        raise NotFound
    rows = ctx.session.execute(select(Offer.id, Offer.state).where(Offer.incident_id == incident_id)).all()
    waiting = [row.id for row in rows if row.state in ASKED]
    return Reach(not_reached(ctx.session, waiting), receipts_about(ctx.session, [row.id for row in rows]))


def note_readings(ctx: Ctx, readings: Sequence[Reading]) -> int:
    """Put proofs of reading on the time lines of their incidents; returns how many lines were written."""
    mine = [reading for reading in readings if reading.subject_kind == _OFFER]
    offers = select(Offer.id, Offer.incident_id, Offer.member_id)
    found = {row.id: row for row in ctx.session.execute(offers.where(among(Offer.id, [r.subject_id for r in mine])))}
    noted = [(reading, found[reading.subject_id]) for reading in mine if reading.subject_id in found]
    for reading, offer in noted:
        data = {
            "offer_id": str(offer.id),
            "member_id": str(offer.member_id),
            "proof": reading.proof,
            "read_at": reading.at.isoformat(),
        }
        note_events(ctx, offer.incident_id, [(EventKind.READ, data)])
    return len(noted)
