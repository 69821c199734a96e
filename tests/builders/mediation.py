"""The work on a dispute, step by step, and a clock that runs timers as a relay would."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select, text

from api.disputes.models import Agreement, DisputeParty, Obligation
from api.disputes.queries.cases import read_case
from api.disputes.service.decisions import accept_case
from api.disputes.service.sessions import plan_session, report_session
from api.disputes.service.settling import Settled, settle_case
from api.disputes.service.teams import set_case_team
from api.disputes.types import CaseHead, MediatorKind
from api.disputes.types.mediation import NewMediator, Promise, SessionPlan, SessionReport, Settlement, TeamOrder
from api.disputes.types.work import AgreementForm, ObligationKind, SessionStep
from api.followups.rules.schedule import station_day
from api.followups.service import Run, run_clocks
from api.plumbing.context import SYSTEM, Ctx, open_ctx
from api.plumbing.timers import Timer
from tests.builders.disputes import Office, Worker, make_case, make_office
from workers.runtime import resolve

# A Monday morning at the station, far from any holiday.
MONDAY = datetime(2026, 3, 9, 2, tzinfo=UTC)
WAY = "mediation"
OURS = r"^workers\.jobs\.(disputes|handovers)\."


def office_at(ctx: Ctx, moment: datetime = MONDAY) -> Office:
    """An office whose clock stands at a moment."""
    return move_to(make_office(ctx), moment)


def move_to(office: Office, moment: datetime) -> Office:
    """The same office later: everybody's clock moved."""
    base = replace(office.base, now=moment)
    people = {name: replace(value, base=base) for name, value in vars(office).items() if isinstance(value, Worker)}
    return replace(office, base=base, **people)


def later(office: Office, **delta: float) -> Office:
    """The same office a while later."""
    return move_to(office, office.base.now + timedelta(**delta))


def head_of(office: Office, case_id: UUID) -> CaseHead:
    """The case as it stands."""
    head = read_case(office.base.session, case_id, station_id=None)
    assert head is not None
    return head


def parties(office: Office, case_id: UUID) -> list[UUID]:
    """The ids of a case's parties, in order."""
    return party_ids_of(office.base, case_id)


def party_ids_of(ctx: Ctx, case_id: UUID) -> list[UUID]:
    """The same, from any Ctx."""
    statement = select(DisputeParty.id).where(DisputeParty.dispute_id == case_id)
    return list(ctx.session.scalars(statement.order_by(DisputeParty.added_at, DisputeParty.id)))


def team(office: Office, case_id: UUID, *more: NewMediator, why: str | None = None) -> None:
    """The office's mediator leads; others may be named."""
    lead = NewMediator(MediatorKind.PEOPLES_MEDIATOR, office.mediator.id, leads=True)
    set_case_team(office.supervisor.ctx, TeamOrder(case_id, (lead, *more), why))


def accepted(office: Office, **case: object) -> UUID:
    """A case that was filed at the desk, taken up, and has a team."""
    case_id = make_case(office.desk.ctx, **case)
    accept_case(office.supervisor.ctx, case_id)
    team(office, case_id)
    return case_id


def hold(office: Office, case_id: UUID, record: str = "双方同意调解，互相谅解。") -> UUID:
    """A session that is held now."""
    session = plan_session(office.mediator.ctx, SessionPlan(case_id, office.base.now))
    report_session(office.mediator.ctx, SessionReport(session.id, SessionStep.HOLD, record=record))
    return session.id


def mediating(office: Office, **case: object) -> UUID:
    """A case whose first session was held."""
    case_id = accepted(office, **case)
    hold(office, case_id)
    return case_id


def pay(office: Office, case_id: UUID, due_on: date, *, amount: str = "3000", instalments: int = 1) -> Promise:
    """The second party pays the first."""
    first, second = parties(office, case_id)[:2]
    return Promise(
        ObligationKind.PAY, second, "赔偿修理费", due_on, creditor_id=first, amount=Decimal(amount),
        instalments=instalments,
    )  # fmt: skip


def settle(office: Office, case_id: UUID, *promises: Promise, **kw: object) -> Settled:
    """The parties come to terms now."""
    values = {"terms": "甲乙双方自愿达成如下协议。", "form": AgreementForm.WRITTEN, "way": WAY, **kw}
    return settle_case(office.mediator.ctx, Settlement(dispute_id=case_id, promises=promises, **values))


def settled(office: Office, *promises: Promise, **case: object) -> UUID:
    """A case just settled."""
    case_id = mediating(office, **case)
    settle(office, case_id, *promises)
    return case_id


def today(office: Office) -> date:
    """The station's day."""
    return station_day(office.base.now)


def obligations(office: Office, case_id: UUID) -> list[Obligation]:
    """A case's promises, in order."""
    statement = select(Obligation).join(Agreement, Agreement.id == Obligation.agreement_id)
    statement = statement.where(Obligation.dispute_id == case_id).order_by(Agreement.number, Obligation.number)
    return list(office.base.session.scalars(statement, execution_options={"populate_existing": True}))


def run_timers(office: Office, *, until: datetime) -> int:
    """Fire every timer of disputes due by then, each at its own moment; returns how many."""
    fired = 0
    while True:
        statement = select(Timer).where(Timer.state == "waiting", Timer.job.regexp_match(OURS), Timer.due_at <= until)
        timer = office.base.session.scalar(statement.order_by(Timer.due_at, Timer.id).limit(1))
        if timer is None:
            return fired
        now = max(timer.due_at, office.base.now)
        ctx = replace(open_ctx(office.base.session, SYSTEM, request_id="test"), now=now, entropy=office.base.entropy)
        resolve(timer.job)(ctx, timer)
        ctx.session.flush()
        ctx.session.execute(text("UPDATE timers SET state = 'fired' WHERE id = :id"), {"id": timer.id})
        ctx.session.expire(timer)
        fired += 1


def live(office: Office, days: int) -> Iterator[Office]:
    """Day after day at nine: timers fire, the clocks of visits run, then the day is the caller's."""
    nine = datetime.combine(today(office), time(1), UTC)
    for number in range(days):
        moment = max(nine + timedelta(days=number), office.base.now)
        now = move_to(office, moment)
        run_timers(now, until=moment)
        ctx = replace(open_ctx(office.base.session, SYSTEM, request_id="test"), now=moment, entropy=office.base.entropy)
        run_clocks(ctx, Run(moment.strftime("%Y%m%dT%H%M%S")))
        yield now
