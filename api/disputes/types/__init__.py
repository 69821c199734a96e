"""Values of disputes; the modules keep states, words and values apart."""

from api.disputes.types.lists import CaseQuery, CodeRow, History, Match, Search
from api.disputes.types.sheets import CaseColumn, CaseFault, CaseFile, CaseHeader, CaseImport, CaseLine
from api.disputes.types.states import CaseState, CaseStep
from api.disputes.types.values import CaseEdit, CaseHead, Draft, Grade, NewCase, NewParty, PartyEdit, Reason, Spot
from api.disputes.types.words import (
    CodeList,
    Colour,
    EventKind,
    InsiderWhy,
    MediatorKind,
    PartyKind,
    PartyRole,
    RiskSign,
    Scale,
    Sight,
    Source,
    StandardKind,
)

__all__ = [
    "CaseColumn",
    "CaseEdit",
    "CaseFault",
    "CaseFile",
    "CaseHead",
    "CaseHeader",
    "CaseImport",
    "CaseLine",
    "CaseQuery",
    "CaseState",
    "CaseStep",
    "CodeList",
    "CodeRow",
    "Colour",
    "Draft",
    "EventKind",
    "Grade",
    "History",
    "InsiderWhy",
    "Match",
    "MediatorKind",
    "NewCase",
    "NewParty",
    "PartyEdit",
    "PartyKind",
    "PartyRole",
    "Reason",
    "RiskSign",
    "Scale",
    "Search",
    "Sight",
    "Source",
    "Spot",
    "StandardKind",
]
