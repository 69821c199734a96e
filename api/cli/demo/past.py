"""What the demo station has been doing: disputes at every stage over the last two months, and two notices.

Through the services, each step at its own moment, so that clocks, scores and the trail are as they would have been.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from api.disputes.queries.parties import parties_of
from api.disputes.service.decisions import accept_case
from api.disputes.service.filing import file_case
from api.disputes.service.sessions import plan_session, report_session
from api.disputes.service.settling import settle_case
from api.disputes.service.teams import set_case_team
from api.disputes.types import MediatorKind, NewCase, NewParty, PartyRole, RiskSign
from api.disputes.types.mediation import NewMediator, Promise, SessionPlan, SessionReport, Settlement, TeamOrder
from api.disputes.types.work import AgreementForm, ObligationKind, SessionStep
from api.followups.rules.schedule import station_day
from api.identity.rules import permissions_of
from api.identity.types import Role
from api.kernel.phones import demo_number
from api.notices.service import submit_notice, write_notice
from api.notices.types import Category, Draft, Severity, Target, Words
from api.plumbing.context import Actor, Ctx, open_ctx

FIRST_PARTY_NUMBER = 950


@dataclass(frozen=True)
class Story:
    """A dispute as it came in `days` ago, and how far it has come: filed, accepted, mediating or settled."""

    days: int
    stage: str
    category: str
    summary: str
    parties: tuple[str, str]
    signs: frozenset[RiskSign] = frozenset()
    owed: str | None = None


STORIES = (
    Story(55, "settled", "0203", "楼上装修到深夜，楼下老人无法休息。", ("示例张一", "示例李二")),
    Story(48, "settled", "0103", "分家后为院墙归属争执。", ("示例王三", "示例王四"), frozenset({RiskSign.THREAT})),
    Story(40, "settled", "0201", "阳台漏水泡坏家具，协商赔偿。", ("示例赵五", "示例钱六"), owed="3000"),
    Story(30, "settled", "0203", "宠物夜里吵闹。", ("示例孙七", "示例周八")),
    Story(21, "mediating", "0101", "夫妻争吵，邻居报警两次。", ("示例吴九", "示例郑十"), frozenset({RiskSign.ALCOHOL})),
    Story(12, "mediating", "1102", "停车位被占，双方推搡。", ("示例冯一", "示例陈二"), frozenset({RiskSign.INJURY})),
    Story(6, "accepted", "1102", "楼道堆放杂物。", ("示例褚三", "示例卫四")),
    Story(5, "filed", "0201", "空调外机滴水。", ("示例蒋五", "示例沈六")),
    Story(0, "filed", "0102", "兄弟为赡养老人争执。", ("示例韩七", "示例韩八")),
)


def live_past(ctx: Ctx, staff: Mapping[Role, UUID]) -> None:
    """File and work on every story, then write the notices; `ctx` acts for the station."""
    for number, story in enumerate(STORIES):
        _live(ctx, staff, story, number)
    _write_notices(_as(ctx, staff, Role.STATION_ADMIN, days=0))


def _as(ctx: Ctx, staff: Mapping[Role, UUID], role: Role, *, days: float) -> Ctx:
    """Somebody of the staff acting, some days ago."""
    names = frozenset({role.value})
    actor = Actor("person", staff[role], ctx.actor.station, None, names, permissions_of(names))
    opened = open_ctx(ctx.session, actor, request_id=ctx.request_id)
    return replace(opened, now=ctx.now - timedelta(days=days))


def _live(ctx: Ctx, staff: Mapping[Role, UUID], story: Story, number: int) -> None:
    left = float(story.days)
    roles = (PartyRole.APPLICANT, PartyRole.RESPONDENT)
    parties = tuple(
        NewParty(name, role, phone=demo_number(FIRST_PARTY_NUMBER + 2 * number + place))
        for place, (name, role) in enumerate(zip(story.parties, roles, strict=True))
    )
    case = NewCase(story.category, story.summary, parties=parties, signs=story.signs)
    case_id = file_case(_as(ctx, staff, Role.DISPATCHER, days=left), case)
    if story.stage == "filed":
        return
    left = max(left - 1, 0)
    chief = _as(ctx, staff, Role.SUPERVISOR, days=left)
    accept_case(chief, case_id)
    lead = NewMediator(MediatorKind.PEOPLES_MEDIATOR, staff[Role.MEDIATOR], leads=True)
    set_case_team(chief, TeamOrder(case_id, (lead,)))
    if story.stage == "accepted":
        return
    left = max(left - 2, 0)
    mediator = _as(ctx, staff, Role.MEDIATOR, days=left)
    session = plan_session(mediator, SessionPlan(case_id, mediator.now))
    report_session(mediator, SessionReport(session.id, SessionStep.HOLD, record="双方到场，愿意协商。"))
    if story.stage == "settled":
        _settle(_as(ctx, staff, Role.MEDIATOR, days=max(left - 1, 0)), case_id, story)


def _settle(ctx: Ctx, case_id: UUID, story: Story) -> None:
    first, second = (party.id for party in parties_of(ctx.session, [case_id]))
    promises: tuple[Promise, ...] = ()
    if story.owed:
        due = station_day(ctx.now) + timedelta(days=30)
        amount = Decimal(story.owed)
        kind = ObligationKind.PAY
        promises = (Promise(kind, second, "赔偿损失", due, creditor_id=first, amount=amount, instalments=3),)
    terms = "双方自愿达成协议：互相体谅，今后不再因此事争执。"
    settle_case(ctx, Settlement(case_id, terms, AgreementForm.WRITTEN, "mediation", promises))


def _write_notices(ctx: Ctx) -> None:
    flood = Words("【演示】河水上涨", "低洼处的居民请留意，转移时走西侧台阶。")
    fraud = Words("【演示】防范冒充客服", "凡是要求转账退款的电话都请先报警核实。")
    until, station = ctx.now + timedelta(days=7), Target(whole_station=True)
    write_notice(ctx, draft=Draft(Category.FLOOD, Severity.YELLOW, flood, station, until))
    made = write_notice(ctx, draft=Draft(Category.FRAUD, Severity.BLUE, fraud, station, until))
    submit_notice(ctx, notice_id=made.id, version=made.version)
