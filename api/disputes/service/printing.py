"""The papers of a case as PDF: the agreement, the record of its sessions, and a mediator's list of the day."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from api.audit.service import record
from api.disputes.errors import NoAgreement
from api.disputes.models import DisputeParty
from api.disputes.models.agreements import Agreement
from api.disputes.models.mediation import MediationSession, Mediator
from api.disputes.queries.agreements import newest_agreement, promises_due, promises_in
from api.disputes.queries.codes import labels_of
from api.disputes.queries.day import day_rows, planned_sessions
from api.disputes.queries.mediation import (
    case_row,
    mediators_of,
    open_of_person,
    parties_of_case,
    sessions_of,
)
from api.disputes.rules.norms import end_of
from api.disputes.rules.papers import agreement_paper, day_list_paper, record_paper, say_day, say_mode, say_moment
from api.disputes.service.steps import SUBJECT, note_act, seen_dispute
from api.disputes.types import CaseHead, CodeList, Sight
from api.disputes.types.papers import (
    DayList,
    Errand,
    PrintedAgreement,
    PrintedParty,
    PrintedPromise,
    PrintedRecord,
    PrintedSession,
    Stamp,
)
from api.disputes.types.work import AgreementForm
from api.followups.queries import holder_ids, visits_due
from api.followups.rules.schedule import station_day
from api.grids.queries import station_of
from api.identity.queries import contacts_of
from api.kernel.masking import mask_name
from api.papers.service import render_paper
from api.plumbing.context import Ctx

_MOST = 200
_MASKED = 4  # signs: how long a company's name is, says which one it is


def print_agreement(ctx: Ctx, dispute_id: UUID) -> bytes:
    """The agreement in force, to be signed; for the people of the case, and in the trail. Raises NoAgreement."""
    head = seen_dispute(ctx, dispute_id, least=Sight.FULL)
    agreement = newest_agreement(ctx.session, head.id)
    if agreement is None:
        raise NoAgreement
    note_act(ctx, head, "dispute.printed", paper="agreement", agreement=str(agreement.id))
    return render_paper(agreement_paper(_agreement(ctx, head, agreement)))


def print_record(ctx: Ctx, dispute_id: UUID) -> bytes:
    """Every session of a case; for the people of the case, and in the trail."""
    head = seen_dispute(ctx, dispute_id, least=Sight.FULL)
    note_act(ctx, head, "dispute.printed", paper="record")
    row, labels = case_row(ctx.session, head.id), labels_of(ctx.session)
    parties = parties_of_case(ctx.session, head.id)
    people = mediators_of(ctx.session, head.id, past=True)
    names = _names(ctx, parties, people)
    return render_paper(
        record_paper(
            PrintedRecord(
                stamp=_stamp(ctx, head),
                category=labels.get((CodeList.CATEGORY, row.category), row.category),
                parties=_parties(parties, labels),
                mediators=tuple(names[person.id] for person in people if person.left_at is None),
                sessions=tuple(
                    _session(session, names)
                    for session in sessions_of(ctx.session, head.id)
                    if session.ended_at is not None
                ),
            )
        )
    )


def print_day_list(ctx: Ctx) -> bytes:
    """What the actor has to do today: sessions, visits, promises; what is overdue is in it."""
    person = ctx.actor.person
    until = end_of(station_day(ctx.now))
    cases = open_of_person(ctx.session, person)
    rows = day_rows(ctx.session, cases)
    sessions = planned_sessions(ctx.session, cases, before=until)
    visits = visits_due(ctx.session, holder_ids(ctx.session, person), before=until, limit=_MOST)
    rows |= day_rows(ctx.session, [visit.subject_id for visit in visits if visit.subject_kind == SUBJECT])
    promises = promises_due(ctx.session, ctx.actor.station, cases, limit=_MOST)
    record(ctx, "dispute.printed", SUBJECT, None, paper="day_list", cases=sorted(str(id_) for id_ in rows))
    name = contacts_of(ctx.session, [person])[person].name
    stamp = Stamp(station_of(ctx.session, ctx.actor.station).name, "当日清单", ctx.now, ctx.new_id())
    return render_paper(
        day_list_paper(
            DayList(
                stamp=stamp,
                mediator=name,
                sessions=tuple(
                    _errand(rows[row.dispute_id], say_moment(row.planned_at), row.place or "—", where=None)
                    for row in sessions
                ),
                visits=tuple(
                    _errand(rows[visit.subject_id], say_day(visit.target_on), say_mode(visit.mode))
                    for visit in visits
                    if visit.subject_id in rows
                ),
                promises=tuple(
                    _errand(rows[row.dispute_id], say_day(row.due_on), row.what, where=None)
                    for row in promises
                    if row.due_on <= station_day(ctx.now)
                ),
            )
        )
    )


def _errand(row: Mapping[str, Any], when: str, note: str, *, where: str | None = "address") -> Errand:
    # A strict case goes by its reference alone: a list is left on a seat.
    strict = row["strict"]
    who = "" if strict else "、".join(mask_name(name)[:_MASKED] for name in row["names"])
    place = row["address"] or "" if where and not strict else ""
    return Errand(when, row["ref"], row["colour"], who, place, "" if strict and where is None else note)


def _agreement(ctx: Ctx, head: CaseHead, agreement: Agreement) -> PrintedAgreement:
    row, labels = case_row(ctx.session, head.id), labels_of(ctx.session)
    parties = parties_of_case(ctx.session, head.id)
    people = mediators_of(ctx.session, head.id)
    names = _names(ctx, parties, people) | _removed_names(ctx, agreement)
    return PrintedAgreement(
        stamp=_stamp(ctx, head),
        number=agreement.number,
        category=labels.get((CodeList.CATEGORY, row.category), row.category),
        parties=_parties(parties, labels),
        summary=row.summary,
        terms=agreement.terms,
        promises=tuple(
            PrintedPromise(
                promise.number, names[promise.debtor_id],
                names.get(promise.creditor_id) if promise.creditor_id else None,
                promise.what, promise.amount, promise.due_on,
            )
            for promise in promises_in(ctx.session, agreement.id)
        ),
        agreed_at=agreement.agreed_at,
        confirm_by=agreement.confirm_by if agreement.form == AgreementForm.WRITTEN else None,
        mediators=tuple(names[person.id] for person in people),
        body=agreement.body,
    )  # fmt: skip


def _removed_names(ctx: Ctx, agreement: Agreement) -> dict[UUID, str]:
    """Names of those who promised and were taken out of the case since."""
    ids = [id_ for row in promises_in(ctx.session, agreement.id) for id_ in (row.debtor_id, row.creditor_id) if id_]
    found = ctx.session.execute(select(DisputeParty.id, DisputeParty.name).where(DisputeParty.id.in_(ids)))
    return {row.id: row.name for row in found}


def _stamp(ctx: Ctx, head: CaseHead) -> Stamp:
    return Stamp(station_of(ctx.session, head.station_id).name, head.ref, ctx.now, head.id)


def _parties(parties: Sequence[DisputeParty], labels: Mapping[tuple[str, str], str]) -> tuple[PrintedParty, ...]:
    names = {party.id: party.name for party in parties}
    # Applicant, respondent, third: the order of the words is the order of the sides.
    return tuple(
        PrintedParty(
            role=party.role,
            name=party.name,
            sex=labels.get((CodeList.SEX, party.sex), party.sex) if party.sex else None,
            document_number=party.document_number,
            phone=party.phone,
            address=party.address,
            acts_for=names.get(party.agent_of) if party.agent_of else None,
        )
        for party in sorted(parties, key=lambda party: party.role)
    )


def _names(ctx: Ctx, parties: Sequence[DisputeParty], people: Sequence[Mediator]) -> dict[UUID, str]:
    """Whoever may be named on a paper, by the id of the party or the mediator's row."""
    accounts = contacts_of(ctx.session, [person.person_id for person in people if person.person_id])
    mediators = {
        person.id: accounts[person.person_id].name if person.person_id else str(person.name) for person in people
    }
    return {party.id: party.name for party in parties} | mediators


def _session(row: MediationSession, names: Mapping[UUID, str]) -> PrintedSession:
    present, absent = (
        tuple(names[id_] for id_ in map(UUID, row.attendance.get(which, ())) if id_ in names)
        for which in ("present", "absent")
    )
    text = "\n".join(filter(None, (row.record, row.note)))
    return PrintedSession(row.number, row.state, row.ended_at or row.planned_at, row.place, present, absent, text)
