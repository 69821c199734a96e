"""Filing cases: one from the desk or a phone, or many old ones, in the same few statements."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from api.audit.service import record_many
from api.disputes.models import Dispute, DisputeInsider, DisputeParty
from api.disputes.queries.cases import case_of_incident
from api.disputes.queries.codes import book_of
from api.disputes.queries.parties import index_address, indexes_of
from api.disputes.queries.standards import deadlines_for
from api.disputes.rules.access import is_strict
from api.disputes.rules.cases import faults_of_case
from api.disputes.rules.parties import complete_party
from api.disputes.rules.standards import Deadlines
from api.disputes.rules.states import ENDED
from api.disputes.service.scoring import rescore
from api.disputes.service.steps import SUBJECT, due_in, note_events, reminder
from api.disputes.types import (
    CaseState,
    CodeList,
    Colour,
    Draft,
    EventKind,
    InsiderWhy,
    NewCase,
    NewParty,
)
from api.followups.rules.schedule import station_day
from api.grids.queries import unit_at, unit_in
from api.grids.types import UnitRef
from api.kernel.errors import Invalid, Issue, NotFound, Unavailable
from api.kernel.ids import public_ref
from api.plumbing.context import Ctx
from api.plumbing.locks import take_locks
from api.plumbing.timers import set_timers

_REF_TRIES = 5
# Without it rows are sent apart by which of their values are empty, nearly one by one.
ONE_SHAPE = {"render_nulls": True}
_PLAIN = (
    "incident_id", "source", "category", "scale", "title", "summary", "address", "occurred_at", "amount",
    "people_count", "organisations", "deadline_on", "repeat_calls",
)  # fmt: skip


def file_case(ctx: Ctx, new: NewCase) -> UUID:
    """File a case; returns its id. Raises Invalid with everything that is wrong.

    An incident has one case: filed again, the answer is the one there is.
    """
    if new.incident_id is not None:
        take_locks(ctx.session, [f"disputes.incident.{new.incident_id}"])
        if known := case_of_incident(ctx.session, new.incident_id):
            return known.id
    book = book_of(ctx.session, station_day(ctx.now))
    if issues := faults_of_case(new, book, ctx.now):
        raise Invalid(issues=issues)
    today = station_day(ctx.now)
    complete = replace(new, parties=tuple(complete_party(party, today) for party in new.parties))
    version = book.version(CodeList.CATEGORY, new.category)
    [dispute_id] = write_cases(ctx, [Draft(complete, version, find_unit(ctx, new), ctx.now)])
    return dispute_id


def find_unit(ctx: Ctx, new: NewCase) -> UnitRef | None:
    """The grid a place lies in, else the one that was named; raises Invalid for another station's."""
    if new.spot is not None and (unit := unit_at(ctx.session, ctx.actor.station, new.spot.point)):
        return unit
    if new.unit_id is None:
        return None
    try:
        row = unit_in(ctx.session, ctx.actor.station, new.unit_id).unit
    except NotFound:
        text = "本所没有这个网格。", "This station has no such grid."
        raise Invalid(issues=[Issue("/unit_id", "unit_unknown", *text)]) from None
    return UnitRef(row.id, row.kind, row.code, row.name)


def write_cases(ctx: Ctx, drafts: Sequence[Draft]) -> list[UUID]:
    """Write checked cases with parties, insiders, clocks, timelines, trail and scores; their ids, in order."""
    ids = [ctx.new_id() for _ in drafts]
    deadlines = deadlines_for(ctx.session, ctx.actor.station)
    rows = [_row(ctx, id_, draft, deadlines) for id_, draft in zip(ids, drafts, strict=True)]
    _insert_rows(ctx, rows)
    parties = [row for id_, draft in zip(ids, drafts, strict=True) for row in party_rows(ctx, id_, draft.new.parties)]
    if parties:
        ctx.session.execute(insert(DisputeParty), parties, execution_options=ONE_SHAPE)
    _insert_receivers(ctx, rows)
    set_timers(ctx, [reminder(row["id"], 1, row["due_at"], 0, deadlines) for row in rows if row["due_at"]])
    _tell_story(ctx, rows)
    rescore(ctx, ids, first=True)
    return ids


def _insert_rows(ctx: Ctx, rows: Sequence[dict[str, Any]]) -> None:
    waiting = list(rows)
    for _ in range(_REF_TRIES):
        waiting = [{**row, "ref": public_ref(ctx.entropy(5))} for row in waiting]
        # Two of a station's references are equal once in thirty billion; then the next one is tried.
        statement = insert(Dispute).on_conflict_do_nothing(index_elements=["station_id", "ref"]).returning(Dispute.id)
        written = set(ctx.session.scalars(statement, waiting, execution_options=ONE_SHAPE))
        waiting = [row for row in waiting if row["id"] not in written]
        if not waiting:
            return
    raise Unavailable(retry_after=1)


def _row(ctx: Ctx, id_: UUID, draft: Draft, deadlines: Deadlines) -> dict[str, Any]:
    new, spot, state = draft.new, draft.new.spot, draft.state
    ended = state in ENDED
    since = draft.settled_at or (ctx.now if state is not CaseState.REPORTED else draft.reported_at)
    receiver = new.received_by or ctx.actor.person_id
    return {
        **{name: getattr(new, name) for name in _PLAIN},
        "id": id_,
        "station_id": ctx.actor.station,
        "register_no": draft.register_no,
        "category_version": draft.category_version,
        "address_index": index_address(new.address),
        "place": spot.point.ewkt if spot else None,
        "place_datum": spot.datum if spot else None,
        "unit_id": draft.unit.id if draft.unit else None,
        "unit_name": draft.unit.name if draft.unit else None,
        "signs": sorted(new.signs),
        "colour": draft.colour or Colour.WHITE,
        "by_hand": draft.colour is not None,
        "score": 0,
        "colour_reasons": [],
        "weights_version": 0,
        "strict": is_strict(new.signs, minor=any(party.minor for party in new.parties)),
        "state": state,
        "step_since": since,
        # An old case's clock starts when it is written here: nobody was late before it was in the list.
        "due_at": None if ended else due_in(ctx.now, state, deadlines),
        "reported_at": draft.reported_at,
        "reported_by": ctx.actor.person_id,
        "received_by": receiver,
        "accepted_at": None if state is CaseState.REPORTED else draft.reported_at,
        "settled_at": draft.settled_at,
        "closed_at": since if state is CaseState.CLOSED else None,
        "ended_at": since if ended else None,
    }


def party_rows(ctx: Ctx, dispute_id: UUID, parties: Sequence[NewParty]) -> list[dict[str, Any]]:
    """The rows of completed parties; those they act for come first, as the foreign key wants it."""
    ids = [ctx.new_id() for _ in parties]
    rows = [
        {
            **party_values(party),
            "id": id_,
            "dispute_id": dispute_id,
            "station_id": ctx.actor.station,
            "agent_of": ids[party.agent_of] if isinstance(party.agent_of, int) else party.agent_of,
            "added_at": ctx.now,
        }
        for id_, party in zip(ids, parties, strict=True)
    ]
    return sorted(rows, key=lambda row: row["agent_of"] is not None)


_PARTY = (
    "role", "kind", "minor", "name", "phone", "document", "document_number", "sex", "ethnicity", "education",
    "address", "workplace", "contact",
)  # fmt: skip


def party_values(party: NewParty) -> dict[str, Any]:
    """The columns of a completed party, its indexes too."""
    plain = {name: getattr(party, name) for name in _PARTY}
    return {**plain, "born_on": party.born_on.isoformat() if party.born_on else None, **indexes_of(party)}


def _insert_receivers(ctx: Ctx, rows: Sequence[dict[str, Any]]) -> None:
    receivers = [
        {"dispute_id": row["id"], "person_id": row["received_by"], "why": InsiderWhy.RECEIVER, "since": ctx.now}
        for row in rows
        if row["received_by"] is not None and row["state"] == CaseState.REPORTED
    ]
    if receivers:
        ctx.session.execute(insert(DisputeInsider), receivers)


def _tell_story(ctx: Ctx, rows: Sequence[dict[str, Any]]) -> None:
    facts = ("category", "source", "scale", "strict", "state")
    told = [(row["id"], {name: row[name] for name in facts}) for row in rows]
    note_events(ctx, [(id_, EventKind.REPORTED, data) for id_, data in told])
    record_many(ctx, "dispute.filed", SUBJECT, [(id_, data) for id_, data in told])
