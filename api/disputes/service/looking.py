"""Reading the work of a case: for its people, and each reading is in the trail."""

from typing import Any
from uuid import UUID

from api.audit.service import record
from api.disputes.models.agreements import Obligation
from api.disputes.models.mediation import Decision, HandOver, MediationSession, Mediator, Rating
from api.disputes.queries.agreements import agreements_of, obligations_of, open_promises, promises_due, promises_open_to
from api.disputes.queries.mediation import (
    decisions_of,
    hand_overs_of,
    mediators_of,
    open_of_person,
    ratings_of,
    sessions_of,
)
from api.disputes.queries.workload import workload_of
from api.disputes.service.reading import show_history, viewer_of
from api.disputes.service.scoring import history_of
from api.disputes.service.steps import SUBJECT, note_act, seen_dispute
from api.disputes.types import CaseHead, Sight
from api.disputes.types.mediation import Workload
from api.followups.queries import plan_of, visits_of
from api.followups.types import VisitState
from api.identity.queries import contacts_of
from api.plumbing.context import Ctx

_NEXT_VISITS = frozenset({VisitState.PLANNED, VisitState.DUE, VisitState.OVERDUE})


def show_team(ctx: Ctx, dispute_id: UUID) -> list[Mediator]:
    """Everybody who is or was in the team, in order of joining."""
    head = _seen(ctx, dispute_id, "team")
    return mediators_of(ctx.session, head.id, past=True)


def show_sessions(ctx: Ctx, dispute_id: UUID) -> list[MediationSession]:
    """Every session with its record."""
    head = _seen(ctx, dispute_id, "sessions")
    return sessions_of(ctx.session, head.id)


def show_agreements(ctx: Ctx, dispute_id: UUID) -> list[dict[str, Any]]:
    """Every agreement with its promises, oldest first."""
    head = _seen(ctx, dispute_id, "agreements")
    promises = obligations_of(ctx.session, head.id)
    return [
        {"agreement": row, "obligations": [promise for promise in promises if promise.agreement_id == row.id]}
        for row in agreements_of(ctx.session, head.id)
    ]


def show_decisions(ctx: Ctx, dispute_id: UUID) -> list[Decision]:
    """What was decided and why, oldest first."""
    head = _seen(ctx, dispute_id, "decisions")
    return decisions_of(ctx.session, head.id)


def show_hand_overs(ctx: Ctx, dispute_id: UUID) -> list[HandOver]:
    """Whom the case was offered, and what they answered."""
    head = _seen(ctx, dispute_id, "hand_overs")
    return hand_overs_of(ctx.session, head.id)


def show_ratings(ctx: Ctx, dispute_id: UUID) -> list[Rating]:
    """Who was asked, and what they said."""
    head = _seen(ctx, dispute_id, "ratings")
    return ratings_of(ctx.session, head.id)


def show_briefing(ctx: Ctx, dispute_id: UUID) -> dict[str, Any]:
    """What a mediator should know before going: earlier calls, the last session, what is owed, the next visit."""
    head = _seen(ctx, dispute_id, "briefing")
    sessions = [row for row in sessions_of(ctx.session, head.id) if row.ended_at is not None]
    plan = plan_of(ctx.session, SUBJECT, head.id)
    visits = visits_of(ctx.session, plan.id) if plan is not None else []
    return {
        "ref": head.ref, "state": head.state, "colour": head.colour, "strict": head.strict, "round": head.round,
        "history": show_history(ctx, history_of(ctx, [head.id])[head.id]),
        "last_session": sessions[-1] if sessions else None,
        "team": mediators_of(ctx.session, head.id),
        "owed": open_promises(ctx.session, head.id),
        "next_visit": next((visit for visit in visits if visit.state in _NEXT_VISITS), None),
    }  # fmt: skip


def show_owed(ctx: Ctx, *, whole_station: bool, limit: int) -> list[Obligation]:
    """What is still owed in one's own cases, the longest overdue first; or in all of the station's one sees whole."""
    session, station = ctx.session, ctx.actor.station
    if whole_station:
        rows = promises_open_to(session, station, viewer_of(ctx), limit=limit)
    else:
        rows = promises_due(session, station, open_of_person(session, ctx.actor.person), limit=limit)
    record(ctx, "dispute.obligations_read", SUBJECT, None, cases=sorted({str(row.dispute_id) for row in rows}))
    return rows


def show_workload(ctx: Ctx) -> list[Workload]:
    """The station's mediators with open cases, the busiest first."""
    rows = workload_of(ctx.session, ctx.actor.station, ctx.now)
    names = contacts_of(ctx.session, [row["person_id"] for row in rows])
    return [Workload(name=names[row["person_id"]].name, **row) for row in rows]


def _seen(ctx: Ctx, dispute_id: UUID, part: str) -> CaseHead:
    head = seen_dispute(ctx, dispute_id, least=Sight.FULL)
    note_act(ctx, head, "dispute.work_read", part=part)
    return head
