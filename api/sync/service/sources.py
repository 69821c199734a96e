"""Where the rows of a collection come from: which there are for this reader, and what they say now."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from api.disputes.queries.copied_codes import copied_codes
from api.disputes.service.syncing import sync_case_ids, sync_cases
from api.followups.queries import held_visit_ids, held_visits
from api.grids.queries.syncing import station_words
from api.incidents.service import sync_offer_ids, sync_offers
from api.notices.queries import own_notice_ids, own_notices_among
from api.plumbing.context import Ctx
from api.sync.types import Collection as Name


@dataclass(frozen=True)
class Reader:
    """Who pulls: their unit of work, and every id that stands for them (themself, their teams, their units)."""

    ctx: Ctx
    holders: Sequence[UUID]


@dataclass(frozen=True)
class Source:
    """`ids`: those after one id, in order, at most so many. `rows`: of these ids, those the reader may see, by id."""

    ids: Callable[[Reader, UUID | None, int], Sequence[UUID]]
    rows: Callable[[Reader, Collection[UUID]], Mapping[UUID, Any]]


def _offer_ids(reader: Reader, after: UUID | None, limit: int) -> Sequence[UUID]:
    return sync_offer_ids(reader.ctx, after, limit)


def _offers(reader: Reader, ids: Collection[UUID]) -> Mapping[UUID, Any]:
    return sync_offers(reader.ctx, ids)


def _visit_ids(reader: Reader, after: UUID | None, limit: int) -> Sequence[UUID]:
    return held_visit_ids(reader.ctx.session, reader.holders, after=after, limit=limit)


def _visits(reader: Reader, ids: Collection[UUID]) -> Mapping[UUID, Any]:
    return {visit.id: visit for visit in held_visits(reader.ctx.session, reader.holders, ids)}


def _notice_ids(reader: Reader, after: UUID | None, limit: int) -> Sequence[UUID]:
    return own_notice_ids(reader.ctx.session, reader.ctx.actor.person, after=after, limit=limit)


def _notices(reader: Reader, ids: Collection[UUID]) -> Mapping[UUID, Any]:
    found = own_notices_among(reader.ctx.session, reader.ctx.actor.person, ids)
    return {notice.id: notice for notice in found}


def _case_ids(reader: Reader, after: UUID | None, limit: int) -> Sequence[UUID]:
    return sync_case_ids(reader.ctx, after, limit)


def _cases(reader: Reader, ids: Collection[UUID]) -> Mapping[UUID, Any]:
    return sync_cases(reader.ctx, ids)


def _word_ids(reader: Reader, after: UUID | None, limit: int) -> Sequence[UUID]:
    return sorted(_words(reader, None, after, limit))[:limit]


def _words_among(reader: Reader, ids: Collection[UUID]) -> Mapping[UUID, Any]:
    return _words(reader, ids, None, len(ids)) if ids else {}


def _words(
    reader: Reader, ids: Collection[UUID] | None, after: UUID | None, limit: int
) -> Mapping[UUID, dict[str, Any]]:
    session, station = reader.ctx.session, reader.ctx.actor.station
    rows = station_words(session, station, ids=ids, after=after, limit=limit)
    return {row["id"]: row for row in (*rows, *copied_codes(session, ids=ids, after=after, limit=limit))}


SOURCES: Mapping[Name, Source] = {
    Name.OFFERS: Source(_offer_ids, _offers),
    Name.VISITS: Source(_visit_ids, _visits),
    Name.NOTICES: Source(_notice_ids, _notices),
    Name.CASES: Source(_case_ids, _cases),
    Name.REFERENCE: Source(_word_ids, _words_among),
}
