"""HTTP of sessions, and of what to know before one."""

from typing import Any
from uuid import UUID

from api.disputes.models.mediation import MediationSession, Rating
from api.disputes.routes.blueprint import blp
from api.disputes.schemas.agreements import BriefingSchema, DisputeRatingListSchema
from api.disputes.schemas.work import (
    MediationSessionListSchema,
    MediationSessionSchema,
    SessionPlanSchema,
    SessionReportSchema,
)
from api.disputes.service import looking, sessions
from api.disputes.types.mediation import SessionPlan, SessionReport
from api.http.operation import operation
from api.identity.types import Permission
from api.plumbing.context import Ctx


@blp.route("/disputes/<uuid:dispute_id>/sessions", methods=["POST"])
@operation(Permission.DISPUTE_MEDIATE, creates=True)
@blp.arguments(SessionPlanSchema)
@blp.response(201, MediationSessionSchema)
def plan_session(ctx: Ctx, body: dict[str, Any], dispute_id: UUID) -> MediationSession:
    """Plan a session

    The mediators are reminded the working day before. One that took place already is planned for then, and reported.
    """
    return sessions.plan_session(ctx, SessionPlan(dispute_id, **body))


@blp.route("/disputes/<uuid:dispute_id>/sessions", methods=["GET"])
@operation(Permission.DISPUTE_READ)
@blp.response(200, MediationSessionListSchema)
def list_sessions(ctx: Ctx, dispute_id: UUID) -> dict[str, list[MediationSession]]:
    """Show the sessions

    With their records, for the people of the case. The reading is audited.
    """
    return {"items": looking.show_sessions(ctx, dispute_id)}


@blp.route("/dispute-sessions/<uuid:meeting_id>/report", methods=["POST"])
@operation(Permission.DISPUTE_MEDIATE)
@blp.arguments(SessionReportSchema)
@blp.response(200, MediationSessionSchema)
def report_session(ctx: Ctx, body: dict[str, Any], meeting_id: UUID) -> MediationSession:
    """Report a session

    Held, adjourned, a party absent, or cancelled. The first that took place begins the mediation, and the second is
    looked for within the days of the norm.
    """
    present, absent = frozenset(body.pop("present")), frozenset(body.pop("absent"))
    return sessions.report_session(ctx, SessionReport(meeting_id, **body, present=present, absent=absent))


@blp.route("/disputes/<uuid:dispute_id>/briefing", methods=["GET"])
@operation(Permission.DISPUTE_MEDIATE)
@blp.response(200, BriefingSchema)
def show_briefing(ctx: Ctx, dispute_id: UUID) -> dict[str, Any]:
    """Show what to know before going

    Earlier calls of the same people and place, the last session, what is owed, the next visit. The reading is audited.
    """
    return looking.show_briefing(ctx, dispute_id)


@blp.route("/disputes/<uuid:dispute_id>/ratings", methods=["GET"])
@operation(Permission.DISPUTE_READ)
@blp.response(200, DisputeRatingListSchema)
def list_ratings(ctx: Ctx, dispute_id: UUID) -> dict[str, list[Rating]]:
    """Show the parties' ratings

    And who was asked and has not answered. The reading is audited.
    """
    return {"items": looking.show_ratings(ctx, dispute_id)}
