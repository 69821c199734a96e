"""What follows from a contact: a colour, a restart, a word to the owner, and the news for the subject's own area."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from api.followups.models import ContactRow, PlanRow
from api.followups.queries import is_complete, ladders_of, plan_value, scale_for
from api.followups.rules.ladder import LEAD, OWNER, people_at
from api.followups.rules.outcomes import colour_after, rule_for
from api.followups.rules.subjects import SUBJECT_JOBS, ContactNews
from api.followups.service.replans import Restart, regrade_plan, restart_plan
from api.followups.types import Mark, Outcome, PlanState, Ward
from api.notifications.service import queue_notices
from api.notifications.types import Notice, Urgency
from api.plumbing.context import Ctx
from api.plumbing.timers import TimerOrder, set_timer

# Enough to see any streak a scale asks for.
LOOK_BACK = 20
RELAPSE_LIVES = timedelta(days=2)


def draw_consequences(ctx: Ctx, plan: PlanRow, contact: ContactRow, *, bears: bool) -> None:
    """Re-grade or restart by the scale's rule, if the contact bears on how things stand now, and pass the news on."""
    was = plan.colour
    if bears:
        _follow_rule(ctx, plan, contact)
    _pass_on(ctx, plan, contact, was, bears=bears)


def _follow_rule(ctx: Ctx, plan: PlanRow, contact: ContactRow) -> None:
    scale = scale_for(ctx.session, plan.station_id, plan.subject_kind)
    outcome = Outcome(contact.outcome)
    colour = colour_after(scale, plan.colour, _outcomes(ctx, plan.id, contact.round))
    why = f"outcome:{outcome}"
    if rule_for(scale, outcome).restart:
        # Counted from now, not from the contact: a report that was offline for a week must not plan visits in the past.
        restart_plan(ctx, plan.id, Restart(settled_at=ctx.now, colour=colour, why=why))
        _tell_of_relapse(ctx, plan, contact.id)
    elif colour != plan.colour and plan.state == PlanState.RUNNING:
        regrade_plan(ctx, plan.id, colour=colour, why=why)


def _outcomes(ctx: Ctx, plan_id: UUID, in_round: int) -> list[Outcome]:
    rows = ctx.session.scalars(
        select(ContactRow.outcome)
        .where(
            ContactRow.plan_id == plan_id,
            ContactRow.round == in_round,
            ~ContactRow.marks.overlap([Mark.BEFORE_SETTLEMENT, Mark.SUPERSEDED]),
        )
        .order_by(ContactRow.occurred_at.desc(), ContactRow.id.desc())
        .limit(LOOK_BACK)
    )
    return [Outcome(outcome) for outcome in rows]


def _tell_of_relapse(ctx: Ctx, plan: PlanRow, contact_id: UUID) -> None:
    value = plan_value(plan)
    ladder = ladders_of(ctx.session, [Ward(value.station_id, value.owner, value.unit_id)])[0]
    people = people_at(ladder, OWNER) | people_at(ladder, LEAD)
    notices = [
        Notice(
            person_id=person,
            subject_kind="visit_plan",
            subject_id=plan.id,
            template="visit_relapsed",
            urgency=Urgency.NORMAL,
            step=f"relapse.{contact_id}",
            expires_at=ctx.now + RELAPSE_LIVES,
            station_id=plan.station_id,
        )
        for person in sorted(people)
    ]
    queue_notices(ctx, notices)


def _pass_on(ctx: Ctx, plan: PlanRow, contact: ContactRow, was: str, *, bears: bool) -> None:
    job = SUBJECT_JOBS.get(plan.subject_kind)
    if job is None:
        return
    news = ContactNews(
        plan_id=plan.id,
        visit_id=contact.visit_id,
        contact_id=contact.id,
        outcome=contact.outcome,
        colour_was=was,
        colour=plan.colour,
        relapsed=bears and contact.outcome == Outcome.RELAPSED,
        bears=bears,
        complete=is_complete(ctx.session, plan.id).complete,
        occurred_at=contact.occurred_at.isoformat(),
        visited_by=contact.visited_by,
    )
    order = TimerOrder(job, plan.subject_id, ctx.now, step=f"contact.{contact.id}", args=news.args())
    set_timer(ctx, order)
