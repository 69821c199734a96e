"""Who mediates a case. The team is given whole; whoever leaves it keeps a row that says until when."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import text

from api.disputes.errors import BadTeam, CaseOver, TeamNeedsLead
from api.disputes.models.mediation import Mediator
from api.disputes.queries.mediation import mediators_of
from api.disputes.rules.states import ENDED
from api.disputes.service.decisions import keep_reason
from api.disputes.service.knowing import set_team_insiders
from api.disputes.service.steps import note_act, note_event, own_dispute, tell
from api.disputes.types import CaseHead
from api.disputes.types.mediation import NewMediator, TeamOrder
from api.disputes.types.work import WorkEvent
from api.followups.service import set_team
from api.identity.queries import person_in
from api.identity.types import Permission, PersonStatus
from api.kernel.errors import Issue
from api.plumbing.context import Ctx

ASSIGNED = "dispute_assigned"  # template
_LIVES = timedelta(days=3)
_LEAD = text("UPDATE disputes SET lead_id = :lead, version = version + 1 WHERE id = :id")


def set_case_team(ctx: Ctx, order: TeamOrder) -> list[Mediator]:
    """Make these the team of a case; nobody at all leaves it to the ladder. Raises CaseOver, TeamNeedsLead, BadTeam."""
    head = own_dispute(ctx, order.dispute_id)
    if head.state in ENDED:
        raise CaseOver
    _check(ctx, head, order.mediators)
    before = mediators_of(ctx.session, head.id)
    kept = _end_others(ctx, before, order.mediators)
    _join(ctx, head, [wanted for wanted in order.mediators if _key(wanted) not in kept])
    after = mediators_of(ctx.session, head.id)
    _share(ctx, head, after)
    came = _people(after) - _people(before)
    left = _people(before) - _people(after)
    lead = next((row.person_id for row in after if row.leads), None)
    details = {"came": sorted(map(str, came)), "left": sorted(map(str, left)), "lead": str(lead) if lead else None}
    note_event(ctx, head.id, WorkEvent.TEAM, **details, size=len(after))
    note_act(ctx, head, "dispute.team_set", **details, size=len(after))
    keep_reason(ctx, head, "team", note=order.why)
    tell(ctx, head, came - {ctx.actor.person_id}, template=ASSIGNED, step=f"team.{int(ctx.now.timestamp() * 1000)}",
         variables={"ref": head.ref}, lives=_LIVES)  # fmt: skip
    return after


def _check(ctx: Ctx, head: CaseHead, mediators: Sequence[NewMediator]) -> None:
    leads = [wanted for wanted in mediators if wanted.leads]
    if mediators and (len(leads) != 1 or leads[0].person_id is None):
        raise TeamNeedsLead
    issues = [
        Issue(f"/mediators/{place}{fault.pointer}", fault.code, fault.zh, fault.en)
        for place, wanted in enumerate(mediators)
        if (fault := _fault_of(ctx, head, wanted, mediators)) is not None
    ]
    if issues:
        raise BadTeam(issues=issues)


_NOBODY = Issue("", "person_or_name", "请填写人员或姓名之一。", "Give either a person or a name.")
_STRANGER = Issue(
    "/person_id", "unknown_mediator", "不是本所在职的调解人员。", "Nobody of this station who may mediate has this id."
)
_TWICE = Issue("/person_id", "named_twice", "同一人重复。", "Named twice.")


def _fault_of(ctx: Ctx, head: CaseHead, wanted: NewMediator, mediators: Sequence[NewMediator]) -> Issue | None:
    if (wanted.person_id is None) == (wanted.name is None):
        return _NOBODY
    if wanted.person_id is None:
        return None
    if not _may_mediate(ctx, head.station_id, wanted.person_id):
        return _STRANGER
    return _TWICE if [each.person_id for each in mediators].count(wanted.person_id) > 1 else None


def _may_mediate(ctx: Ctx, station_id: UUID, person_id: UUID) -> bool:
    profile = person_in(ctx.session, station_id, person_id)
    if profile is None or profile.status != PersonStatus.ACTIVE:
        return False
    return Permission.DISPUTE_MEDIATE in profile.permissions


def _key(wanted: NewMediator | Mediator) -> tuple[object, ...]:
    return (wanted.kind, wanted.person_id, wanted.name, wanted.phone, wanted.organisation, wanted.leads)


def _end_others(ctx: Ctx, before: Sequence[Mediator], mediators: Sequence[NewMediator]) -> set[tuple[object, ...]]:
    """End the time of those who are not as wanted; returns what stays. A changed lead leaves and joins again."""
    wanted = {_key(each) for each in mediators}
    kept = set()
    for row in before:
        if _key(row) in wanted:
            kept.add(_key(row))
        else:
            row.left_at, row.left_by = ctx.now, ctx.actor.person_id
    ctx.session.flush()
    return kept


def _join(ctx: Ctx, head: CaseHead, mediators: Sequence[NewMediator]) -> None:
    rows = [
        Mediator(
            id=ctx.new_id(), dispute_id=head.id, station_id=head.station_id, kind=wanted.kind,
            person_id=wanted.person_id, name=wanted.name, phone=wanted.phone, organisation=wanted.organisation,
            leads=wanted.leads, joined_at=ctx.now, joined_by=ctx.actor.person_id,
        )
        for wanted in mediators
    ]  # fmt: skip
    ctx.session.add_all(rows)
    ctx.session.flush()


def _share(ctx: Ctx, head: CaseHead, team: Sequence[Mediator]) -> None:
    """Let everything that goes by the team know it: the case's lead, who may see it, whose the visits are."""
    leads = [row.person_id for row in team if row.leads and row.person_id]
    ctx.session.execute(_LEAD, {"lead": leads[0] if leads else None, "id": head.id})
    set_team_insiders(ctx, head, _people(team))
    # The case's own id names its team: a plan opened before anybody was in it has its people from now on.
    set_team(ctx, head.id, station_id=head.station_id, people=_people(team), leads=leads)


def _people(team: Sequence[Mediator]) -> set[UUID]:
    return {row.person_id for row in team if row.person_id is not None}
