"""Taking a report: stored whatever it is worth, counted once, and its consequences drawn in the same transaction."""

from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import exists, or_, select

from api.files.types import StoredFile
from api.followups.errors import UnknownVisitor
from api.followups.models import ContactRow, PlanRow, VisitRow
from api.followups.queries import contact_value, people_behind, plan_value, scale_for, visit_in
from api.followups.rules.evidence import judge_evidence, occurred_at
from api.followups.rules.marks import Standing, bears_on_plan, makes_visit, marks_of
from api.followups.rules.outcomes import finishes_visit, has_new_effect
from api.followups.rules.states import VISIT
from api.followups.service.consequences import draw_consequences
from api.followups.service.photos import claim_photos
from api.followups.service.place_codes import is_place_code
from api.followups.service.records import note_plan
from api.followups.service.rows import lock_visit
from api.followups.types import (
    Contact,
    ContactReport,
    Evidence,
    Fallback,
    Judgement,
    Mark,
    Mode,
    PlanState,
    Shot,
    Sighting,
    Visit,
    VisitEvent,
    VisitState,
)
from api.identity.queries import person_in
from api.kernel.errors import NotFound
from api.kernel.geo import Point
from api.plumbing.context import Ctx


@dataclass(frozen=True)
class _Case:
    """One report on its way in, with the rows it is about, and the visit as it was before."""

    plan: PlanRow
    visit: VisitRow
    before: Visit
    report: ContactReport
    visited_by: UUID
    contact_id: UUID
    photos: tuple[StoredFile, ...] = ()


def report_contact(ctx: Ctx, visit_id: UUID, report: ContactReport) -> Contact:
    """Store a report of a contact; sent again, it is the same one.

    It is taken in every state of the visit and the plan, and its marks say how. Raises UnknownVisitor, and NotFound,
    also for a photo that is not the sender's own.
    """
    plan_row, visit_row = lock_visit(ctx, visit_id)
    visitor = _visitor(ctx, plan_row, report)
    case = _Case(plan_row, visit_row, _read(ctx, visit_row), report, visitor, ctx.new_id())
    known = _known_report(ctx, case)
    if known is not None:
        return contact_value(known)
    case = replace(case, photos=claim_photos(ctx, case.contact_id, report.photos))
    judgement = _judge(ctx, case)
    marks = _marks(ctx, case, judgement)
    row = _store(ctx, case, judgement, marks)
    if row.counted:
        _finish_visit(ctx, case, row)
    note_plan(
        ctx, plan_value(plan_row), "visit.reported", visit=str(visit_id), contact=str(row.id), outcome=row.outcome,
        verdict=row.verdict, marks=row.marks,
    )  # fmt: skip
    bears = bears_on_plan(marks) and (Mark.REPEAT not in marks or has_new_effect(case.before.outcome, report.outcome))
    draw_consequences(ctx, plan_row, row, bears=bears)
    return contact_value(row)


def _visitor(ctx: Ctx, plan: PlanRow, report: ContactReport) -> UUID:
    visitor = report.visited_by
    if visitor is None or visitor == ctx.actor.person_id:
        return ctx.actor.person
    if person_in(ctx.session, plan.station_id, visitor) is None:
        raise UnknownVisitor
    return visitor


def _known_report(ctx: Ctx, case: _Case) -> ContactRow | None:
    report = case.report
    named = (ContactRow.reported_by == ctx.actor.person) & (ContactRow.client_ref == report.client_ref)
    # A phone that lost its memory sends the same contact under a new name; who, when and what give it away.
    same = (
        (ContactRow.visited_by == case.visited_by)
        & (ContactRow.captured_at == report.captured_at)
        & (ContactRow.outcome == report.outcome)
    )
    return ctx.session.scalar(select(ContactRow).where(ContactRow.visit_id == case.visit.id, or_(named, same)).limit(1))


def _judge(ctx: Ctx, case: _Case) -> Judgement:
    evidence = Evidence(
        report=case.report,
        received_at=ctx.now,
        reported_by=ctx.actor.person,
        visited_by=case.visited_by,
        expected=people_behind(ctx.session, case.before.owner),
        planned_mode=Mode(case.visit.mode),
        place=_place(case.plan),
        shots=tuple(Shot(photo.taken_at, photo.taken_where) for photo in case.photos),
    )
    return judge_evidence(replace(evidence, last=_last_sighting(ctx, evidence)))


def _place(plan: PlanRow) -> Point | None:
    return None if plan.lat is None or plan.lon is None else Point(plan.lat, plan.lon)


def _last_sighting(ctx: Ctx, evidence: Evidence) -> Sighting | None:
    row = ctx.session.execute(
        select(ContactRow.lat, ContactRow.lon, ContactRow.occurred_at, ContactRow.accuracy_m)
        .where(
            ContactRow.visited_by == evidence.visited_by,
            ContactRow.lat.is_not(None),
            ContactRow.occurred_at <= occurred_at(evidence),
        )
        .order_by(ContactRow.occurred_at.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else Sighting(Point(row.lat, row.lon), row.occurred_at, row.accuracy_m)


def _marks(ctx: Ctx, case: _Case, judgement: Judgement) -> tuple[Mark, ...]:
    # Its own round's settlement: a visit that was made in time stays so, however often the plan began again since.
    marks = marks_of(
        Standing(
            visit=case.before,
            settled_at=case.visit.anchored_at,
            plan_state=PlanState(case.plan.state),
            occurred_at=judgement.occurred_at,
            received_at=ctx.now,
            overtaken=_is_overtaken(ctx, case, judgement),
        )
    )
    return marks if not makes_visit(marks) or _is_last_try(ctx, case) else (*marks, Mark.TRY)


def _is_overtaken(ctx: Ctx, case: _Case, judgement: Judgement) -> bool:
    if judgement.occurred_at < case.plan.settled_at and case.visit.round < case.plan.round:
        return True
    newer = exists().where(
        ContactRow.plan_id == case.plan.id,
        ContactRow.occurred_at > judgement.occurred_at,
        ~ContactRow.marks.contains([Mark.BEFORE_SETTLEMENT]),
    )
    return bool(ctx.session.scalar(select(newer)))


def _read(ctx: Ctx, row: VisitRow) -> Visit:
    visit = visit_in(ctx.session, row.station_id, row.id)
    if visit is None:
        raise NotFound
    return visit


def _is_last_try(ctx: Ctx, case: _Case) -> bool:
    scale = scale_for(ctx.session, case.plan.station_id, case.plan.subject_kind)
    tried = ctx.session.scalars(
        select(ContactRow.id).where(
            ContactRow.visit_id == case.visit.id,
            ContactRow.outcome == case.report.outcome,
            ContactRow.marks.contains([Mark.TRY]),
        )
    ).all()
    return finishes_visit(scale, case.report.outcome, len(tried))


def _store(ctx: Ctx, case: _Case, judgement: Judgement, marks: tuple[Mark, ...]) -> ContactRow:
    report, fix = case.report, case.report.fix
    proven = report.place_code is not None and is_place_code(case.plan.id, report.place_code)
    counts = makes_visit(marks) and Mark.TRY not in marks
    row = ContactRow(
        id=case.contact_id,
        station_id=case.plan.station_id,
        plan_id=case.plan.id,
        visit_id=case.visit.id,
        round=case.visit.round,
        client_ref=report.client_ref,
        mode=report.mode,
        outcome=report.outcome,
        captured_at=report.captured_at,
        sent_at=report.sent_at,
        occurred_at=judgement.occurred_at,
        received_at=ctx.now,
        reported_by=ctx.actor.person,
        visited_by=case.visited_by,
        lat=fix.point.lat if fix else None,
        lon=fix.point.lon if fix else None,
        datum=fix.datum if fix else None,
        accuracy_m=fix.accuracy_m if fix else None,
        # Of the bytes that came: those given out were made anew.
        photo_hashes=list(dict.fromkeys([*report.photo_hashes, *(photo.source_sha256 for photo in case.photos)])),
        verdict=judgement.verdict,
        reasons=[*judgement.reasons],
        marks=[*marks],
        counted=counts and VISIT.allows(VisitState(case.visit.state), VisitEvent.REPORT),
        fallback=Fallback.QR if proven else None,
        note=report.note,
    )
    ctx.session.add(row)
    ctx.session.flush()
    return row


def _finish_visit(ctx: Ctx, case: _Case, row: ContactRow) -> None:
    visit = case.visit
    visit.state = VISIT.next(VisitState(visit.state), VisitEvent.REPORT)
    visit.done_at, visit.outcome, visit.next_step_at = row.occurred_at, row.outcome, None
    ctx.session.flush()
