"""Whatever of a case's work is overdue is told one rung higher each time, whether or not anybody owns the case."""

from uuid import UUID

from api.disputes.rules.clocks import rung_of
from api.disputes.service.steps import OVERDUE, ladder_of, note_act, note_event, tell
from api.disputes.types import CaseHead, EventKind
from api.followups.rules.ladder import people_at
from api.plumbing.context import Ctx


def climb(ctx: Ctx, head: CaseHead, *, nag: int, about: str, subject_id: UUID) -> None:
    """Tell the rung of the nag-th reminder that something of a locked case is overdue. `about`: a code."""
    rung = rung_of(nag)
    people = people_at(ladder_of(ctx, head), rung)
    details = {"about": about, "subject": str(subject_id), "level": rung, "told": len(people)}
    note_event(ctx, head.id, EventKind.OVERDUE, **details)
    note_act(ctx, head, "dispute.work_overdue", **details)
    step = f"{about}.{subject_id}.{nag}.{int(ctx.now.timestamp())}"
    tell(ctx, head, people, template=OVERDUE, step=step, variables={"ref": head.ref})
