"""Reading parties, and looking them up without reading."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from api.disputes.models import Dispute, DisputeInsider, DisputeParty
from api.disputes.rules.keys import ADDRESS, DOCUMENT, NAME, PHONE, normal_address, normal_document, normal_name
from api.disputes.types import NewParty, Search
from api.identity.types import Role
from api.plumbing.crypto import blind_index
from api.plumbing.db import among


def index_name(name: str) -> bytes:
    """The blind index of a name."""
    return blind_index(normal_name(name), NAME)


def index_phone(phone: str | None) -> bytes | None:
    """The blind index of a number in E.164."""
    return blind_index(phone, PHONE) if phone else None


def index_document(number: str | None) -> bytes | None:
    """The blind index of a document's number."""
    return blind_index(normal_document(number), DOCUMENT) if number else None


def index_address(address: str | None) -> bytes | None:
    """The blind index of an address."""
    return blind_index(normal_address(address), ADDRESS) if address else None


def indexes_of(party: NewParty) -> dict[str, bytes | None]:
    """Every index of a party, by column."""
    return {
        "name_index": index_name(party.name),
        "phone_index": index_phone(party.phone),
        "document_index": index_document(party.document_number),
        "address_index": index_address(party.address),
    }


def parties_of(session: Session, dispute_ids: Collection[UUID]) -> list[DisputeParty]:
    """The present parties of cases, sealed columns opened, in the order they were added."""
    statement = select(DisputeParty).where(
        among(DisputeParty.dispute_id, dispute_ids), DisputeParty.removed_at.is_(None)
    )
    statement = statement.order_by(DisputeParty.dispute_id, DisputeParty.role, DisputeParty.added_at, DisputeParty.id)
    return list(session.scalars(statement.execution_options(populate_existing=True)))


def party_of(session: Session, dispute_id: UUID, party_id: UUID) -> DisputeParty | None:
    """One present party of a case."""
    statement = select(DisputeParty).where(
        DisputeParty.id == party_id, DisputeParty.dispute_id == dispute_id, DisputeParty.removed_at.is_(None)
    )
    return session.execute(statement.execution_options(populate_existing=True)).scalar_one_or_none()


def names_of(session: Session, dispute_ids: Collection[UUID]) -> Mapping[UUID, list[tuple[str, str]]]:
    """(role, name) of the present parties of many cases, for masking."""
    statement = select(DisputeParty.dispute_id, DisputeParty.role, DisputeParty.name)
    statement = statement.where(among(DisputeParty.dispute_id, dispute_ids), DisputeParty.removed_at.is_(None))
    found: dict[UUID, list[tuple[str, str]]] = {}
    for row in session.execute(
        statement.order_by(DisputeParty.dispute_id, DisputeParty.role, DisputeParty.added_at, DisputeParty.id)
    ):
        found.setdefault(row.dispute_id, []).append((row.role, row.name))
    return found


def find_parties(
    session: Session, station_id: UUID, search: Search, viewer: tuple[UUID, frozenset[str], bool], *, limit: int
) -> list[Any]:
    """The cases in which somebody fits everything asked for, newest first, of those the viewer may know of.

    `viewer`: person, roles, whether named for strict cases.
    """
    statement = (
        select(Dispute.id.label("dispute_id"), Dispute.ref, Dispute.state, Dispute.colour, Dispute.category,
               DisputeParty.id.label("party_id"), DisputeParty.role, DisputeParty.removed_at)
        .join(DisputeParty, DisputeParty.dispute_id == Dispute.id)
        .where(Dispute.station_id == station_id, visible_to(*viewer))
        .order_by(Dispute.id.desc())
        .limit(limit)
    )  # fmt: skip
    if search.name is not None:
        statement = statement.where(DisputeParty.name_index == index_name(search.name))
    if search.phone is not None:
        statement = statement.where(DisputeParty.phone_index == index_phone(search.phone))
    if search.document_number is not None:
        statement = statement.where(DisputeParty.document_index == index_document(search.document_number))
    return [dict(row._mapping) for row in session.execute(statement)]


def visible_to(person_id: UUID, roles: frozenset[str], named: bool) -> ColumnElement[bool]:
    """The cases of a station somebody may know of, as a condition; the same answer as `rules.access.may_see` gives."""
    inside = (
        select(DisputeInsider.dispute_id)
        .where(DisputeInsider.dispute_id == Dispute.id, DisputeInsider.person_id == person_id)
        .exists()
    )
    if (named and Role.SUPERVISOR in roles) or Role.STATION_ADMIN in roles:
        return true()
    return ~Dispute.strict | inside | (Dispute.lead_id == person_id)
