"""The parties come to terms: the agreement is kept, every promise in it is watched, and the visits begin."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, text

from api.disputes.errors import BadPromises, WhenImpossible
from api.disputes.models import Dispute
from api.disputes.models.agreements import Agreement, Obligation
from api.disputes.models.mediation import Decision
from api.disputes.queries.codes import book_of
from api.disputes.queries.mediation import norms_for, party_ids
from api.disputes.rules.codes import unknown_codes
from api.disputes.rules.norms import confirm_by, end_of
from api.disputes.rules.obligations import faults_of, spread
from api.disputes.rules.work_states import CONFIRMATION, OBLIGATION
from api.disputes.service.confirming import watch_confirmation
from api.disputes.service.decisions import decide
from api.disputes.service.obligations import void_promises, watch_promises
from api.disputes.service.ratings import ask_for_ratings
from api.disputes.service.sessions import NEXT_DUE
from api.disputes.service.steps import SUBJECT, note_act, note_event, own_dispute
from api.disputes.types import CaseHead, CaseStep, CodeList
from api.disputes.types.mediation import Promise, Settlement
from api.disputes.types.work import AgreementForm, ConfirmationState, WorkEvent
from api.followups.queries import plan_of
from api.followups.rules.schedule import station_day
from api.followups.rules.working_days import CHINA, next_working
from api.followups.service import Restart, open_plan, restart_plan
from api.followups.types import Owner, OwnerKind, PlanOrder, SubjectRef
from api.kernel.errors import Invalid
from api.plumbing.context import Ctx
from api.plumbing.timers import cancel_timers

CLOCK_SLACK = timedelta(minutes=2)
_KEEP = text("""
    UPDATE disputes SET settled_at = :at, resolution_way = :way, resolving_body = coalesce(:body, resolving_body),
        success = true, version = version + 1
    WHERE id = :id
""")


@dataclass(frozen=True)
class Settled:
    """What a settlement made."""

    agreement: Agreement
    obligations: Sequence[Obligation]
    plan_id: UUID


def settle_case(ctx: Ctx, order: Settlement) -> Settled:
    """Keep what the parties agreed on, and follow it: promises by their clocks, the peace by visits.

    Whatever was still owed under an earlier agreement is void. Raises BadPromises (a date that has passed, a stranger
    as debtor), WhenImpossible, Invalid for an unknown way, IllegalTransition.
    """
    head = own_dispute(ctx, order.dispute_id)
    promises = _checked(ctx, head, order)
    settled_at = _settled_at(ctx, head, order.settled_at)
    moved = decide(ctx, head, CaseStep.SETTLE, code=order.form)
    ctx.session.execute(_KEEP, {"at": settled_at, "way": order.way, "body": order.body, "id": head.id})
    moved = moved._replace(settled_at=settled_at)
    cancel_timers(ctx, head.id, job=NEXT_DUE)
    void_promises(ctx, moved, why="replaced")
    agreement = _write_agreement(ctx, moved, order, settled_at)
    obligations = _write_promises(ctx, moved, agreement, promises)
    plan_id = follow_up(ctx, moved, settled_at)
    details = {"agreement": str(agreement.id), "number": agreement.number, "obligations": len(obligations)}
    note_event(ctx, head.id, WorkEvent.AGREEMENT, **details)
    note_act(ctx, head, "dispute.agreement_made", **details, plan=str(plan_id))
    ask_for_ratings(ctx, moved)
    return Settled(agreement, obligations, plan_id)


def follow_up(ctx: Ctx, head: CaseHead, settled_at: datetime) -> UUID:
    """Plan the visits of a settled case: the first time, or another round of them."""
    owner = Owner(OwnerKind.TEAM, head.id)
    plan = plan_of(ctx.session, SUBJECT, head.id)
    if plan is not None:
        why = "settled_again"
        return restart_plan(ctx, plan.id, Restart(settled_at, why, colour=head.colour, owner=owner)).id
    subject = SubjectRef(SUBJECT, head.id, head.station_id, label=head.ref, unit_id=head.unit_id, place=head.place)
    return open_plan(ctx, PlanOrder(subject, settled_at, head.colour, owner=owner))


def _checked(ctx: Ctx, head: CaseHead, order: Settlement) -> list[Promise]:
    today = station_day(ctx.now)
    if unknown := unknown_codes(book_of(ctx.session, today), [("/way", CodeList.RESOLUTION_WAY, order.way)]):
        raise Invalid(issues=unknown)
    if faults := faults_of(order.promises, today=today, parties=party_ids(ctx.session, head.id)):
        raise BadPromises(issues=faults)
    return [single for promise in order.promises for single in spread(promise)]


def _settled_at(ctx: Ctx, head: CaseHead, given: datetime | None) -> datetime:
    """When it was settled: never ahead, nor before the case was reported or opened again."""
    if given is None:
        return ctx.now
    since = ctx.session.scalars(select(Dispute.reported_at).where(Dispute.id == head.id)).one()
    again = ctx.session.scalar(
        select(func.max(Decision.at)).where(
            Decision.dispute_id == head.id, Decision.step.in_([CaseStep.REOPEN, CaseStep.RELAPSE])
        )
    )
    if given > ctx.now + CLOCK_SLACK or given < max(since, again or since):
        raise WhenImpossible
    return min(given, ctx.now)


def _write_agreement(ctx: Ctx, head: CaseHead, order: Settlement, settled_at: datetime) -> Agreement:
    highest = select(func.coalesce(func.max(Agreement.number), 0)).where(Agreement.dispute_id == head.id)
    written = order.form is AgreementForm.WRITTEN
    row = Agreement(
        id=ctx.new_id(), dispute_id=head.id, station_id=head.station_id, round=head.round,
        number=ctx.session.scalars(highest).one() + 1, form=order.form, way=order.way, body=order.body,
        terms=order.terms, agreed_at=settled_at, made_by=ctx.actor.person_id, made_at=ctx.now,
        # A court confirms what is on paper.
        confirm_state=CONFIRMATION.initial if written else ConfirmationState.NOT_WANTED,
        confirm_by=confirm_by(settled_at, norms_for(ctx.session, head.station_id)), version=1,
    )  # fmt: skip
    ctx.session.add(row)
    ctx.session.flush()
    if written:
        watch_confirmation(ctx, row)
    return row


def _write_promises(
    ctx: Ctx, head: CaseHead, agreement: Agreement, promises: Sequence[Promise]
) -> list[Obligation]:  # fmt: skip
    rows = [
        Obligation(
            id=ctx.new_id(), dispute_id=head.id, station_id=head.station_id, agreement_id=agreement.id, number=number,
            kind=promise.kind, debtor_id=promise.debtor_id, creditor_id=promise.creditor_id, what=promise.what,
            amount=promise.amount, due_on=promise.due_on,
            # A last day of rest gives way to the next working day.
            overdue_at=end_of(next_working(promise.due_on, CHINA)),
            state=OBLIGATION.initial, level=0, evidence_files=[], version=1,
        )
        for number, promise in enumerate(promises, start=1)
    ]  # fmt: skip
    ctx.session.add_all(rows)
    ctx.session.flush()
    watch_promises(ctx, rows)
    return rows
