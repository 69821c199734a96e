"""A deliberate step of a case: the reason somebody gave is kept, sealed, beside the step itself."""

from datetime import datetime
from uuid import UUID

from api.disputes.errors import ReasonMissing
from api.disputes.models.mediation import Decision
from api.disputes.service.steps import move_case, own_dispute
from api.disputes.types import CaseHead, CaseStep
from api.disputes.types.mediation import Refusal
from api.disputes.types.work import RefusalReason
from api.plumbing.context import Ctx


def decide(
    ctx: Ctx, head: CaseHead, step: CaseStep, *, code: str | None = None, note: str | None = None,
    due_at: datetime | None = None,
) -> CaseHead:  # fmt: skip
    """Take a step of a locked case and keep why; raises IllegalTransition."""
    moved = move_case(ctx, head, step, reason=code, due_at=due_at)
    keep_reason(ctx, head, step, code=code, note=note)
    return moved


def keep_reason(ctx: Ctx, head: CaseHead, step: str, *, code: str | None = None, note: str | None = None) -> None:
    """Keep why something was decided about a case."""
    ctx.session.add(
        Decision(
            dispute_id=head.id, station_id=head.station_id, at=ctx.now, round=head.round, step=step, code=code,
            note=note, made_by=ctx.actor.person_id,
        )
    )  # fmt: skip
    ctx.session.flush()


def accept_case(ctx: Ctx, dispute_id: UUID, *, note: str | None = None) -> CaseHead:
    """Take a reported dispute up for mediation."""
    return decide(ctx, own_dispute(ctx, dispute_id), CaseStep.ACCEPT, note=note)


def refuse_case(ctx: Ctx, refusal: Refusal) -> CaseHead:
    """Decide that a reported dispute is not mediated; `other` needs words. Raises ReasonMissing."""
    if refusal.reason is RefusalReason.OTHER and not refusal.note:
        raise ReasonMissing
    head = own_dispute(ctx, refusal.dispute_id)
    return decide(ctx, head, CaseStep.REFUSE, code=refusal.reason, note=refusal.note)
