"""Parties of a case: added, corrected, taken out; looked up. A party is never deleted by hand, only taken out."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import insert, update

from api.audit.service import record, record_reading
from api.audit.types import Usual
from api.disputes.errors import AgentOfNobody, CaseOver
from api.disputes.models import DisputeParty
from api.disputes.queries.codes import book_of
from api.disputes.queries.parties import find_parties, party_of
from api.disputes.queries.standards import named_for
from api.disputes.rules.parties import complete_party, faults_of_party
from api.disputes.rules.states import ENDED
from api.disputes.service.filing import party_rows, party_values
from api.disputes.service.scoring import rescore
from api.disputes.service.steps import SUBJECT, note_event, own_dispute
from api.disputes.types import CaseHead, EventKind, NewParty, PartyEdit, PartyKind, PartyRole, Search
from api.followups.rules.schedule import station_day
from api.identity.rules.phones import parse_phone
from api.kernel.errors import Invalid, NotFound, StaleVersion
from api.plumbing.context import Ctx

MOST_FOUND = 50
# Searches have no subject but the station: so many in a day are a curtain-twitcher's, not a mediator's.
USUAL = Usual(same=40, others=1)


def add_party(ctx: Ctx, dispute_id: UUID, party: NewParty) -> UUID:
    """Add a party to a case that has not ended; returns its id."""
    head = _open_case(ctx, dispute_id)
    complete = _checked(ctx, head, party)
    [row] = party_rows(ctx, head.id, [complete])
    ctx.session.execute(insert(DisputeParty), [row])
    _note(ctx, head, EventKind.PARTY_ADDED, row["id"], role=complete.role, minor=complete.minor)
    rescore(ctx, [head.id])
    party_id: UUID = row["id"]
    return party_id


def edit_party(ctx: Ctx, edit: PartyEdit) -> None:
    """Correct a party; raises StaleVersion, Invalid, NotFound."""
    head = _open_case(ctx, edit.dispute_id)
    row = party_of(ctx.session, head.id, edit.party_id)
    if row is None:
        raise NotFound
    if row.version != edit.version:
        raise StaleVersion
    complete = _checked(ctx, head, replace(_as_party(row), **edit.changes), itself=row.id)
    values = {**party_values(complete), "agent_of": complete.agent_of, "version": DisputeParty.version + 1}
    ctx.session.execute(update(DisputeParty).where(DisputeParty.id == row.id).values(**values))
    _note(ctx, head, EventKind.PARTY_EDITED, row.id, fields=sorted(edit.changes))
    rescore(ctx, [head.id])


def remove_party(ctx: Ctx, dispute_id: UUID, party_id: UUID) -> None:
    """Take a party out of a case; who was in it stays on record. Taken out twice is once."""
    head = _open_case(ctx, dispute_id)
    row = ctx.session.get(DisputeParty, party_id)
    if row is None or row.dispute_id != head.id:
        raise NotFound
    if row.removed_at is not None:
        return
    # Whoever acted for them acts for nobody here any more.
    gone = (DisputeParty.id == party_id) | (DisputeParty.agent_of == party_id)
    ctx.session.execute(update(DisputeParty).where(gone, DisputeParty.removed_at.is_(None)).values(removed_at=ctx.now))
    _note(ctx, head, EventKind.PARTY_REMOVED, party_id)
    rescore(ctx, [head.id])


def _open_case(ctx: Ctx, dispute_id: UUID) -> CaseHead:
    head = own_dispute(ctx, dispute_id)
    if head.state in ENDED:
        raise CaseOver
    return head


def _checked(ctx: Ctx, head: CaseHead, party: NewParty, *, itself: UUID | None = None) -> NewParty:
    today = station_day(ctx.now)
    if issues := faults_of_party(party, "", book_of(ctx.session, today), today):
        raise Invalid(issues=issues)
    if party.agent_of is not None:
        principal = party_of(ctx.session, head.id, party.agent_of) if isinstance(party.agent_of, UUID) else None
        if principal is None or principal.agent_of is not None or principal.id == itself:
            raise AgentOfNobody
    return complete_party(party, today)


def _as_party(row: DisputeParty) -> NewParty:
    names = [name for name in NewParty.__dataclass_fields__ if name not in {"born_on", "role", "kind"}]
    values: dict[str, Any] = {name: getattr(row, name) for name in names}
    born_on = date.fromisoformat(row.born_on) if row.born_on else None
    return NewParty(**values, born_on=born_on, role=PartyRole(row.role), kind=PartyKind(row.kind))


def _note(ctx: Ctx, head: CaseHead, kind: EventKind, party_id: UUID, **details: Any) -> None:
    note_event(ctx, head.id, kind, party=str(party_id), **details)
    record(ctx, f"dispute.{kind}", SUBJECT, head.id, party=str(party_id), **details)


def search_parties(ctx: Ctx, search: Search) -> list[dict[str, Any]]:
    """The station's cases somebody is or was in, found by blind indexes; every search is in the trail, found or not.

    The trail says what was asked by (name, phone, document) and how many answered, never the value.
    """
    wanted = replace(search, phone=parse_phone(search.phone).e164 if search.phone else None)
    person, roles = ctx.actor.person, ctx.actor.roles
    named = person in named_for(ctx.session, ctx.actor.station)
    found = find_parties(ctx.session, ctx.actor.station, wanted, (person, roles, named), limit=MOST_FOUND)
    asked = sorted(name for name in ("name", "phone", "document_number") if getattr(search, name) is not None)
    cases = sorted({str(row["dispute_id"]) for row in found})
    station_id = ctx.actor.station
    record_reading(ctx, "dispute.searched", "station", station_id, USUAL, by=asked, found=len(found), cases=cases)
    return found
