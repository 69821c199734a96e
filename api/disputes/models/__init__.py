"""Tables of disputes. Ids of people and units carry no foreign key: they outlive the rows they named."""

from api.disputes.models.agreements import Agreement, Obligation
from api.disputes.models.cases import Dispute, DisputeEvent, DisputeInsider, DisputeParty
from api.disputes.models.mediation import Decision, HandOver, MediationSession, Mediator, Rating
from api.disputes.models.standards import DisputeCode, DisputeImport, DisputeScore, DisputeStandard

__all__ = [
    "Agreement",
    "Decision",
    "Dispute",
    "DisputeCode",
    "DisputeEvent",
    "DisputeImport",
    "DisputeInsider",
    "DisputeParty",
    "DisputeScore",
    "DisputeStandard",
    "HandOver",
    "MediationSession",
    "Mediator",
    "Obligation",
    "Rating",
]
