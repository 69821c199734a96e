"""HTTP of agreements and what is promised in them."""

from typing import Any
from uuid import UUID

from api.disputes.models import DisputeStandard
from api.disputes.models.agreements import Agreement, Obligation
from api.disputes.routes.blueprint import blp
from api.disputes.schemas.agreements import (
    AgreementListSchema,
    AgreementSchema,
    ConfirmationSchema,
    EvidenceLinkListSchema,
    NormsSchema,
    ObligationListSchema,
    ObligationSchema,
    OwedQuery,
    PerformanceSchema,
    ProofSchema,
    SettledSchema,
    SettlementSchema,
)
from api.disputes.schemas.standards import StandardSchema
from api.disputes.schemas.work import CaseReasonSchema
from api.disputes.service import looking, obligations, write_standard
from api.disputes.service.confirming import report_confirmation
from api.disputes.service.evidence import link_evidence
from api.disputes.service.settling import Settled, settle_case
from api.disputes.types import StandardKind
from api.disputes.types.mediation import ConfirmationReport, Performance, Settlement
from api.http.operation import operation
from api.identity.types import Permission
from api.plumbing.context import Ctx

Body = dict[str, Any]


@blp.route("/disputes/<uuid:dispute_id>/agreements", methods=["POST"])
@operation(Permission.DISPUTE_MEDIATE, creates=True)
@blp.arguments(SettlementSchema)
@blp.response(201, SettledSchema)
def settle(ctx: Ctx, body: Body, dispute_id: UUID) -> Settled:
    """Settle a dispute

    The terms, and each promise in them, tracked by its day. A day that has passed is refused (`bad_promises`) by its
    place in the list. The follow-up visits begin.
    """
    promises = tuple(body.pop("obligations"))
    return settle_case(ctx, Settlement(dispute_id, promises=promises, **body))


@blp.route("/disputes/<uuid:dispute_id>/agreements", methods=["GET"])
@operation(Permission.DISPUTE_READ)
@blp.response(200, AgreementListSchema)
def list_agreements(ctx: Ctx, dispute_id: UUID) -> Body:
    """Show the agreements

    With their promises, for the people of the case. The reading is audited.
    """
    return {"items": looking.show_agreements(ctx, dispute_id)}


@blp.route("/agreements/<uuid:agreement_id>/confirmation", methods=["POST"])
@operation(Permission.DISPUTE_MEDIATE)
@blp.arguments(ConfirmationSchema)
@blp.response(200, AgreementSchema)
def confirm(ctx: Ctx, body: Body, agreement_id: UUID) -> Agreement:
    """Record a step of the judicial confirmation

    The joint request within 30 days of the agreement, the court's decision, or that the parties do not want it.
    """
    return report_confirmation(ctx, ConfirmationReport(agreement_id, **body))


@blp.route("/obligations", methods=["GET"])
@operation(Permission.DISPUTE_MEDIATE)
@blp.arguments(OwedQuery, location="query")
@blp.response(200, ObligationListSchema)
def list_owed(ctx: Ctx, query: Body) -> dict[str, list[Obligation]]:
    """List what is still owed

    In one's own cases, or in all one may see; the longest overdue first. The reading is audited.
    """
    return {"items": looking.show_owed(ctx, **query)}


@blp.route("/obligations/<uuid:obligation_id>/performance", methods=["POST"])
@operation(Permission.DISPUTE_MEDIATE)
@blp.arguments(PerformanceSchema)
@blp.response(200, ObligationSchema)
def perform(ctx: Ctx, body: Body, obligation_id: UUID) -> Obligation:
    """Record that a promise was kept

    With the caller's own uploads or a note as evidence; evidence may follow, but no case is signed off without.
    """
    files = tuple(body.pop("files"))
    return obligations.perform_promise(ctx, Performance(obligation_id, files=files, **body))


@blp.route("/obligations/<uuid:obligation_id>/evidence", methods=["POST"])
@operation(Permission.DISPUTE_MEDIATE)
@blp.arguments(ProofSchema)
@blp.response(200, ObligationSchema)
def prove(ctx: Ctx, body: Body, obligation_id: UUID) -> Obligation:
    """Add evidence

    Nothing that was given is taken away.
    """
    return obligations.add_evidence(ctx, obligation_id, **body)


@blp.route("/obligations/<uuid:obligation_id>/evidence", methods=["GET"])
@operation(Permission.DISPUTE_READ)
@blp.response(200, EvidenceLinkListSchema)
def list_evidence(ctx: Ctx, obligation_id: UUID) -> Body:
    """Show the evidence of a promise

    A link to each file, good for a quarter of an hour. For the people of the case; the reading is audited.
    """
    return {"items": link_evidence(ctx, obligation_id)}


@blp.route("/obligations/<uuid:obligation_id>/waiver", methods=["POST"])
@operation(Permission.DISPUTE_DIRECT)
@blp.arguments(CaseReasonSchema)
@blp.response(200, ObligationSchema)
def waive_obligation(ctx: Ctx, body: Body, obligation_id: UUID) -> Obligation:
    """Decide that a promise need not be kept

    With the reason.
    """
    return obligations.waive_promise(ctx, obligation_id, note=body["note"])


@blp.route("/obligations/<uuid:obligation_id>/breach", methods=["POST"])
@operation(Permission.DISPUTE_MEDIATE)
@blp.arguments(CaseReasonSchema)
@blp.response(200, ObligationSchema)
def break_obligation(ctx: Ctx, body: Body, obligation_id: UUID) -> Obligation:
    """Record that a promise will not be kept

    It stays open until it is kept after all, or waived.
    """
    return obligations.break_promise(ctx, obligation_id, note=body["note"])


@blp.route("/disputes/standards/mediation", methods=["POST"])
@operation(Permission.DISPUTE_MANAGE, creates=True)
@blp.arguments(NormsSchema)
@blp.response(201, StandardSchema)
def write_norms(ctx: Ctx, body: Body) -> DisputeStandard:
    """Write new norms of mediation

    The station's next version. What runs already keeps its days.
    """
    return write_standard(ctx, StandardKind.MEDIATION, body)
