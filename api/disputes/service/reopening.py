"""A case that was settled or closed opens again: by a person within the window, or by what a contact found."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import text

from api.disputes.errors import ReasonMissing, ReopenTooLate
from api.disputes.models import Dispute
from api.disputes.queries.cases import lock_case
from api.disputes.queries.standards import deadlines_for
from api.disputes.rules.states import DISPUTE
from api.disputes.service.decisions import decide
from api.disputes.service.scoring import take_colour
from api.disputes.service.steps import ladder_of, note_act, note_event, own_dispute, tell
from api.disputes.types import CaseHead, CaseStep, Colour
from api.disputes.types.work import WorkEvent
from api.followups.rules.ladder import LEAD, OWNER, people_at
from api.followups.types import Ladder
from api.plumbing.context import Ctx

REOPENED = "dispute_reopened"  # template
_LIVES = timedelta(days=2)
_UNSOLVED = text("UPDATE disputes SET success = NULL, version = version + 1 WHERE id = :id")


def reopen_case(ctx: Ctx, dispute_id: UUID, *, note: str) -> CaseHead:
    """Open a settled, failed or closed case again, within the window of days the station has set.

    Raises ReasonMissing, ReopenTooLate, IllegalTransition.
    """
    if not note.strip():
        raise ReasonMissing
    head = own_dispute(ctx, dispute_id)
    DISPUTE.next(head.state, CaseStep.REOPEN)
    ended_at = ctx.session.get_one(Dispute, head.id, populate_existing=True).ended_at
    days = deadlines_for(ctx.session, head.station_id).reopen_days
    if ended_at is not None and ctx.now > ended_at + timedelta(days=days):
        raise ReopenTooLate(days=days)
    return _reopen(ctx, head, CaseStep.REOPEN, note=note)


def hear_contact(ctx: Ctx, dispute_id: UUID, news: dict[str, object]) -> None:
    """Draw for the case what a visit's contact means: it opens again on a relapse, its colour follows the plan's.

    The visits were planned anew by then, and whoever makes them was told.
    """
    head = lock_case(ctx.session, dispute_id, station_id=None)
    if head is None:
        return
    told = {name: news.get(name) for name in ("visit_id", "contact_id", "outcome", "bears", "complete", "colour")}
    note_event(ctx, head.id, WorkEvent.CONTACT, **told, relapsed=bool(news.get("relapsed")))
    note_act(ctx, head, "dispute.contact_heard", **told)
    if not news.get("bears"):
        return
    if news.get("relapsed") and (step := _way_back(head)):
        head = _reopen(ctx, head, step, code=f"contact.{news.get('contact_id')}")
    _follow_colour(ctx, head, news)


def _way_back(head: CaseHead) -> CaseStep | None:
    """How a relapse opens the case; None while it is open, or is somebody else's by now."""
    return next((step for step in (CaseStep.RELAPSE, CaseStep.REOPEN) if DISPUTE.allows(head.state, step)), None)


def _follow_colour(ctx: Ctx, head: CaseHead, news: dict[str, object]) -> None:
    colour = Colour(str(news["colour"]))
    if news["colour"] != news["colour_was"] and colour is not head.colour:
        take_colour(ctx, head, colour, note=f"outcome:{news.get('outcome')}")


def _reopen(ctx: Ctx, head: CaseHead, step: CaseStep, *, code: str | None = None, note: str | None = None) -> CaseHead:
    moved = decide(ctx, head, step, code=code, note=note)
    ctx.session.execute(_UNSOLVED, {"id": head.id})
    rungs = ladder_of(ctx, moved).rungs
    people = rungs[OWNER] | rungs[LEAD] or people_at(Ladder(rungs), OWNER)
    tell(ctx, moved, people - {ctx.actor.person_id}, template=REOPENED, step=f"reopened.{moved.step_no}",
         variables={"ref": head.ref}, lives=_LIVES)  # fmt: skip
    return moved
