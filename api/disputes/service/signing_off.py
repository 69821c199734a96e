"""The supervisor's signature: by somebody who never mediated the case, and only when nothing is left open."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text

from api.disputes.errors import NotReadyToClose, SignerMediated
from api.disputes.queries.agreements import count_unproven, newest_agreement, open_promises
from api.disputes.queries.mediation import has_mediated, is_old_case, sessions_of
from api.disputes.rules.sign_off import Standing, issues_of, lacks_of
from api.disputes.rules.states import DISPUTE
from api.disputes.service.decisions import decide
from api.disputes.service.ratings import ask_for_ratings
from api.disputes.service.steps import SUBJECT, own_dispute, seen_dispute
from api.disputes.types import CaseHead, CaseStep, Sight
from api.disputes.types.mediation import Lack
from api.disputes.types.work import ObligationState, SessionState
from api.followups.queries import is_complete, plan_of
from api.followups.rules.schedule import station_day
from api.followups.service import close_plan
from api.followups.types import PlanState
from api.plumbing.context import Ctx

_EVALUATE = text("""
    UPDATE disputes SET evaluated_on = :day, success = true, version = version + 1 WHERE id = :id
""")


def sign_off(ctx: Ctx, dispute_id: UUID, *, note: str | None = None) -> CaseHead:
    """Close a settled case; its parties are asked what they think.

    Raises SignerMediated, NotReadyToClose with everything that is missing, IllegalTransition.
    """
    head = own_dispute(ctx, dispute_id)
    DISPUTE.next(head.state, CaseStep.SIGN_OFF)
    if has_mediated(ctx.session, head.id, ctx.actor.person):
        raise SignerMediated
    if lacks := _lacks(ctx, head):
        raise NotReadyToClose(issues=issues_of(lacks), count=len(lacks))
    moved = decide(ctx, head, CaseStep.SIGN_OFF, note=note)
    ctx.session.execute(_EVALUATE, {"day": station_day(ctx.now), "id": head.id})
    plan = plan_of(ctx.session, SUBJECT, head.id)
    if plan is not None:
        close_plan(ctx, plan.id, why="signed_off")
    ask_for_ratings(ctx, moved, step="closed")
    return moved


def check_sign_off(ctx: Ctx, dispute_id: UUID) -> Sequence[Lack]:
    """What is missing before a case can be signed off, as it is now; changes nothing."""
    return _lacks(ctx, seen_dispute(ctx, dispute_id, least=Sight.FULL))


def has_signer_mediated(ctx: Ctx, dispute_id: UUID) -> bool:
    """Whether the actor mediated the case, now or once: then somebody else signs."""
    return has_mediated(ctx.session, dispute_id, ctx.actor.person)


def _lacks(ctx: Ctx, head: CaseHead) -> list[Lack]:
    plan = plan_of(ctx.session, SUBJECT, head.id)
    followed = plan is not None and plan.state == PlanState.RUNNING
    visits = is_complete(ctx.session, plan.id) if plan is not None else None
    owed = Counter(row.state for row in open_promises(ctx.session, head.id))
    sessions = sessions_of(ctx.session, head.id)
    return lacks_of(
        Standing(
            followed=followed,
            visits_open=visits.open if visits else 0,
            visits_missed=visits.missed if visits else 0,
            visits_unconfirmed=visits.unconfirmed if visits else 0,
            promises_owed=owed[ObligationState.DUE] + owed[ObligationState.OVERDUE],
            promises_broken=owed[ObligationState.BROKEN],
            promises_unproven=count_unproven(ctx.session, head.id),
            sessions_planned=sum(row.state == SessionState.PLANNED for row in sessions),
            # The paper of a case from before this system is where its register number says.
            has_agreement=newest_agreement(ctx.session, head.id) is not None or is_old_case(ctx.session, head.id),
        )
    )
