"""HTTP of what is decided about a case: taken up, paused, ended, opened again, signed off."""

from typing import Any
from uuid import UUID

from api.disputes.models import Mediator
from api.disputes.models.mediation import Decision
from api.disputes.routes.blueprint import blp
from api.disputes.routes.cases import tagged
from api.disputes.rules.sign_off import issue_of
from api.disputes.schemas.agreements import SignOffCheckSchema
from api.disputes.schemas.cases import DisputeRowSchema
from api.disputes.schemas.work import (
    CaseDecisionListSchema,
    CaseFailedSchema,
    CaseFailureSchema,
    CaseNoteSchema,
    CaseReasonSchema,
    CaseRefusalSchema,
    CaseSuspensionSchema,
    CaseTeamSchema,
    MediatorListSchema,
    WorkloadListSchema,
)
from api.disputes.service import looking, row_of
from api.disputes.service.decisions import accept_case, refuse_case
from api.disputes.service.ending import fail_case, withdraw_case
from api.disputes.service.reopening import reopen_case
from api.disputes.service.signing_off import check_sign_off, has_signer_mediated, sign_off
from api.disputes.service.suspending import resume_case, suspend_case
from api.disputes.service.teams import set_case_team
from api.disputes.types.mediation import Failure, Refusal, TeamOrder, Workload
from api.http.operation import operation
from api.identity.types import Permission
from api.plumbing.context import Ctx

Row = dict[str, Any]


@blp.route("/disputes/<uuid:dispute_id>/acceptance", methods=["POST"])
@operation(Permission.DISPUTE_DIRECT)
@blp.arguments(CaseNoteSchema)
@blp.response(200, DisputeRowSchema)
def accept(ctx: Ctx, body: Row, dispute_id: UUID) -> Row:
    """Take a dispute up

    Within three working days of its report; after them it climbs until somebody does.
    """
    accept_case(ctx, dispute_id, note=body["note"])
    return tagged(row_of(ctx, dispute_id))


@blp.route("/disputes/<uuid:dispute_id>/refusal", methods=["POST"])
@operation(Permission.DISPUTE_DIRECT)
@blp.arguments(CaseRefusalSchema)
@blp.response(200, DisputeRowSchema)
def refuse(ctx: Ctx, body: Row, dispute_id: UUID) -> Row:
    """Refuse a dispute

    With a reason; `other` needs words.
    """
    refuse_case(ctx, Refusal(dispute_id, **body))
    return tagged(row_of(ctx, dispute_id))


@blp.route("/disputes/<uuid:dispute_id>/withdrawal", methods=["POST"])
@operation(Permission.DISPUTE_DIRECT)
@blp.arguments(CaseReasonSchema)
@blp.response(200, DisputeRowSchema)
def withdraw(ctx: Ctx, body: Row, dispute_id: UUID) -> Row:
    """Record that the parties take it back

    Only before it is settled. What was owed under an earlier agreement is void.
    """
    withdraw_case(ctx, dispute_id, note=body["note"])
    return tagged(row_of(ctx, dispute_id))


@blp.route("/disputes/<uuid:dispute_id>/team", methods=["PUT"])
@operation(Permission.DISPUTE_DIRECT)
@blp.arguments(CaseTeamSchema)
@blp.response(200, MediatorListSchema)
def set_team(ctx: Ctx, body: Row, dispute_id: UUID) -> dict[str, list[Mediator]]:
    """Set the team

    The whole team, with one lead who has an account. Whoever is left out keeps a line that says until when.
    """
    return {"items": set_case_team(ctx, TeamOrder(dispute_id, tuple(body["mediators"]), body["why"]))}


@blp.route("/disputes/<uuid:dispute_id>/team", methods=["GET"])
@operation(Permission.DISPUTE_READ)
@blp.response(200, MediatorListSchema)
def show_team(ctx: Ctx, dispute_id: UUID) -> dict[str, list[Mediator]]:
    """Show the team

    Everybody who is or was in it, in order of joining. The reading is audited.
    """
    return {"items": looking.show_team(ctx, dispute_id)}


@blp.route("/disputes/<uuid:dispute_id>/suspension", methods=["POST"])
@operation(Permission.DISPUTE_DIRECT)
@blp.arguments(CaseSuspensionSchema)
@blp.response(200, DisputeRowSchema)
def suspend(ctx: Ctx, body: Row, dispute_id: UUID) -> Row:
    """Let a dispute rest

    Through a day, at most 180 days ahead; then it goes on by itself. No edit moves that day.
    """
    suspend_case(ctx, dispute_id, **body)
    return tagged(row_of(ctx, dispute_id))


@blp.route("/disputes/<uuid:dispute_id>/resumption", methods=["POST"])
@operation(Permission.DISPUTE_DIRECT)
@blp.arguments(CaseNoteSchema)
@blp.response(200, DisputeRowSchema)
def resume(ctx: Ctx, body: Row, dispute_id: UUID) -> Row:
    """Go on earlier

    Before the last day of the pause.
    """
    resume_case(ctx, dispute_id, note=body["note"])
    return tagged(row_of(ctx, dispute_id))


@blp.route("/disputes/<uuid:dispute_id>/failure", methods=["POST"])
@operation(Permission.DISPUTE_DIRECT)
@blp.arguments(CaseFailureSchema)
@blp.response(200, CaseFailedSchema)
def fail(ctx: Ctx, body: Row, dispute_id: UUID) -> Row:
    """Record that mediation has failed

    The parties are texted the road that is left; the answer names those who have to be told in person.
    """
    told = fail_case(ctx, Failure(dispute_id, **body))
    return {"dispute": tagged(row_of(ctx, dispute_id)), "texted": told.texted, "untold": told.untold}


@blp.route("/disputes/<uuid:dispute_id>/reopening", methods=["POST"])
@operation(Permission.DISPUTE_DIRECT)
@blp.arguments(CaseReasonSchema)
@blp.response(200, DisputeRowSchema)
def reopen(ctx: Ctx, body: Row, dispute_id: UUID) -> Row:
    """Open a dispute again

    A settled one at any time, a failed or closed one within the days the station has set. A relapse does it by itself.
    """
    reopen_case(ctx, dispute_id, note=body["note"])
    return tagged(row_of(ctx, dispute_id))


@blp.route("/disputes/<uuid:dispute_id>/sign-off", methods=["GET"])
@operation(Permission.DISPUTE_READ)
@blp.response(200, SignOffCheckSchema)
def check_closing(ctx: Ctx, dispute_id: UUID) -> Row:
    """Show what is missing before the sign-off

    The same list a refused sign-off gives. Writes nothing.
    """
    lacks = check_sign_off(ctx, dispute_id)
    missing = [{**vars(issue_of(lack)), "count": lack.count} for lack in lacks]
    return {"ready": not lacks, "mediated": has_signer_mediated(ctx, dispute_id), "missing": missing}


@blp.route("/disputes/<uuid:dispute_id>/sign-off", methods=["POST"])
@operation(Permission.DISPUTE_SIGN_OFF)
@blp.arguments(CaseNoteSchema)
@blp.response(200, DisputeRowSchema)
def close(ctx: Ctx, body: Row, dispute_id: UUID) -> Row:
    """Sign a settled dispute off

    By somebody who never mediated it, when visits, promises and evidence are complete; otherwise
    `not_ready_to_close` (409) lists what is missing.
    """
    sign_off(ctx, dispute_id, note=body["note"])
    return tagged(row_of(ctx, dispute_id))


@blp.route("/disputes/<uuid:dispute_id>/decisions", methods=["GET"])
@operation(Permission.DISPUTE_READ)
@blp.response(200, CaseDecisionListSchema)
def list_decisions(ctx: Ctx, dispute_id: UUID) -> dict[str, list[Decision]]:
    """Show what was decided and why

    Oldest first. The reading is audited.
    """
    return {"items": looking.show_decisions(ctx, dispute_id)}


@blp.route("/disputes/workload", methods=["GET"])
@operation(Permission.DISPUTE_DIRECT)
@blp.response(200, WorkloadListSchema)
def show_workload(ctx: Ctx) -> dict[str, list[Workload]]:
    """Show each mediator's workload

    Of cases that have not ended, the busiest first.
    """
    return {"items": looking.show_workload(ctx)}
