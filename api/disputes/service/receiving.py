"""Making a case of an incident somebody handed over."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from api.disputes.queries.codes import book_of
from api.disputes.service.filing import file_case
from api.disputes.types import CodeList, NewCase, NewParty, PartyRole, Source, Spot
from api.followups.rules.schedule import station_day
from api.kernel.geo import Datum, Point
from api.plumbing.context import Ctx

OTHER_CATEGORY = "99"
LONGEST_SUMMARY = 2000


@dataclass(frozen=True)
class IncidentCase:
    """What an incident tells of a dispute. `received_by`: who handed it over, and needs to know it till a team does."""

    incident_id: UUID
    description: str
    address: str | None
    place: Point
    datum: Datum
    reported_at: datetime
    requester_name: str | None
    requester_phone: str | None
    category: str | None
    received_by: UUID


def receive_incident(ctx: Ctx, case: IncidentCase) -> UUID:
    """File the case of an incident for the actor's station; returns its id, the old one when it was filed before.

    A category the list does not hold becomes `99`: nobody stands at a job to correct it, and the mediator will.
    """
    book = book_of(ctx.session, station_day(ctx.now))
    known = case.category is not None and book.knows(CodeList.CATEGORY, case.category)
    return file_case(
        ctx,
        NewCase(
            category=case.category if known and case.category else OTHER_CATEGORY,
            summary=case.description[:LONGEST_SUMMARY],
            source=Source.INCIDENT,
            address=case.address,
            spot=Spot(case.place, case.datum),
            occurred_at=min(case.reported_at, ctx.now),
            parties=_requester(case),
            incident_id=case.incident_id,
            received_by=case.received_by,
        ),
    )


def _requester(case: IncidentCase) -> tuple[NewParty, ...]:
    if case.requester_name is None and case.requester_phone is None:
        return ()
    # A caller who gave a number and no name is a party nevertheless: the number is what finds them again.
    name = case.requester_name or "报警人"
    return (NewParty(name, PartyRole.APPLICANT, phone=case.requester_phone),)
