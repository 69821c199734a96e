"""A case ends without an agreement: mediation failed, and the parties hear which road is left; or they take it back."""

from uuid import UUID

from sqlalchemy import text

from api.disputes.errors import ReasonMissing
from api.disputes.service.decisions import decide
from api.disputes.service.obligations import void_promises
from api.disputes.service.steps import SUBJECT, own_dispute
from api.disputes.service.telling import tell_parties
from api.disputes.types import CaseHead, CaseStep
from api.disputes.types.mediation import Failure, Told
from api.disputes.types.work import Road
from api.followups.queries import plan_of
from api.followups.service import close_plan
from api.plumbing.context import Ctx

TEMPLATES = {
    Road.LITIGATION: "dispute_failed_court",
    Road.ARBITRATION: "dispute_failed_arbitration",
    Road.ADMINISTRATIVE: "dispute_failed_office",
}
_UNSOLVED = text("UPDATE disputes SET success = false, version = version + 1 WHERE id = :id")


def fail_case(ctx: Ctx, failure: Failure) -> Told:
    """End a mediation without an agreement; returns who was texted the next road and who is to be told in person.

    Raises ReasonMissing, IllegalTransition.
    """
    if not failure.note.strip():
        raise ReasonMissing
    head = own_dispute(ctx, failure.dispute_id)
    moved = decide(ctx, head, CaseStep.FAIL, code=failure.road, note=failure.note)
    ctx.session.execute(_UNSOLVED, {"id": head.id})
    _stop_following(ctx, moved, why="failed")
    return tell_parties(ctx, moved, template=TEMPLATES[failure.road], step=f"failed.{moved.step_no}")


def withdraw_case(ctx: Ctx, dispute_id: UUID, *, note: str) -> CaseHead:
    """End a case because its parties take it back; raises ReasonMissing, IllegalTransition."""
    if not note.strip():
        raise ReasonMissing
    moved = decide(ctx, own_dispute(ctx, dispute_id), CaseStep.WITHDRAW, note=note)
    _stop_following(ctx, moved, why="withdrawn")
    return moved


def _stop_following(ctx: Ctx, head: CaseHead, *, why: str) -> None:
    """An earlier settlement does not stand any more: nobody owes by it, and no visit watches over it."""
    void_promises(ctx, head, why=why)
    plan = plan_of(ctx.session, SUBJECT, head.id)
    if plan is not None:
        close_plan(ctx, plan.id, why=why)
