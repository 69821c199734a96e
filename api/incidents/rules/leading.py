"""Who leads when the lead has left."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from api.incidents.rules.states import GOING
from api.incidents.types import OfferState


class Candidate(NamedTuple):
    """Somebody of a dispatch: when they said yes, and when they were there."""

    offer_id: UUID
    state: OfferState
    accepted_at: datetime
    arrived_at: datetime | None


def next_lead(people: Sequence[Candidate]) -> UUID | None:
    """The longest on scene; with nobody there, the first who said yes of those on their way; or nobody."""
    going = [one for one in people if one.state in GOING]
    there = [one for one in going if one.arrived_at is not None and one.state is OfferState.ARRIVED]
    if there:
        return min(there, key=lambda one: (one.arrived_at or one.accepted_at, one.offer_id)).offer_id
    return min(going, key=lambda one: (one.accepted_at, one.offer_id)).offer_id if going else None
