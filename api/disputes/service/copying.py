"""The case a station makes of what another one has handed to it: the same facts and people, a life of its own."""

from datetime import date
from uuid import UUID

from api.disputes.models import Dispute, DisputeParty
from api.disputes.models.mediation import HandOver
from api.disputes.queries.mediation import case_row, parties_of_case
from api.disputes.service.decisions import decide
from api.disputes.service.filing import find_unit, write_cases
from api.disputes.service.steps import note_event, own_dispute
from api.disputes.types import (
    CaseHead,
    CaseStep,
    Draft,
    NewCase,
    NewParty,
    PartyKind,
    PartyRole,
    RiskSign,
    Source,
    Spot,
)
from api.disputes.types.work import WorkEvent
from api.kernel.geo import Datum
from api.plumbing.context import Ctx


def copy_case(ctx: Ctx, head: CaseHead, hand_over: HandOver) -> UUID:
    """File the case at the actor's station and take it up at once; the score is made anew, from what is known here."""
    row = case_row(ctx.session, head.id)
    new = _new_case(head, row, parties_of_case(ctx.session, head.id))
    [copy_id] = write_cases(ctx, [Draft(new, row.category_version, find_unit(ctx, new), ctx.now)])
    note_event(ctx, copy_id, WorkEvent.HAND_OVER, hand_over=str(hand_over.id), came_from=head.ref)
    decide(ctx, own_dispute(ctx, copy_id), CaseStep.ACCEPT, code="handed_over")
    return copy_id


def _new_case(head: CaseHead, row: Dispute, parties: list[DisputeParty]) -> NewCase:
    places = {party.id: place for place, party in enumerate(parties)}
    return NewCase(
        category=row.category,
        summary=row.summary,
        source=Source.TRANSFER,
        scale=row.scale,
        title=row.title,
        address=row.address,
        spot=Spot(head.place, Datum(row.place_datum)) if head.place and row.place_datum else None,
        occurred_at=row.occurred_at,
        amount=row.amount,
        people_count=row.people_count,
        signs=frozenset(RiskSign(sign) for sign in row.signs),
        repeat_calls=row.repeat_calls,
        organisations=row.organisations,
        deadline_on=row.deadline_on,
        parties=tuple(_new_party(party, places) for party in parties),
    )


def _new_party(party: DisputeParty, places: dict[UUID, int]) -> NewParty:
    return NewParty(
        name=party.name,
        role=PartyRole(party.role),
        kind=PartyKind(party.kind),
        minor=party.minor,
        phone=party.phone,
        document=party.document,
        document_number=party.document_number,
        sex=party.sex,
        born_on=date.fromisoformat(party.born_on) if party.born_on else None,
        ethnicity=party.ethnicity,
        education=party.education,
        address=party.address,
        workplace=party.workplace,
        contact=party.contact,
        agent_of=places.get(party.agent_of) if party.agent_of else None,
    )
