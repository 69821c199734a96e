"""Reading what holds somebody's name or number: the answer, and the line in the trail that says who read it."""

from dataclasses import fields
from typing import Any
from uuid import UUID

from api.audit.service import record
from api.disputes.queries.cases import insiders_of
from api.disputes.queries.lists import case_row, known_cases, list_cases, merged_into, plain_case, timeline_of
from api.disputes.queries.parties import names_of, parties_of
from api.disputes.queries.scores import scores_of
from api.disputes.queries.standards import named_for
from api.disputes.rules.masking import masked_party, whole_party
from api.disputes.rules.matching import say_history
from api.disputes.service.scoring import history_of
from api.disputes.service.steps import SUBJECT, seen_dispute, sight_of
from api.disputes.types import CaseQuery, History, Sight
from api.disputes.types.views import CaseDetail
from api.kernel.masking import mask_name
from api.plumbing.context import Ctx

# Texts and places of a case: for its people alone.
_TEXTS = (
    "title", "summary", "address", "place_datum", "organisations", "measures", "resolution", "evaluation",
    "amount", "register_no",
)  # fmt: skip
_COUNTS = ("pair_calls", "pair_days", "same_pair", "same_party", "same_address")
_SCORE = ("at", "score", "colour", "by_hand", "reasons", "weights_id", "made_by")
_OTHERS = {"masked", "reasons", "place", "merged", "insiders", "parties", "history"}


def show_case(ctx: Ctx, dispute_id: UUID) -> CaseDetail:
    """A case with its parties (masked) and what is known of them; the reading is audited. Raises NotFound."""
    head = seen_dispute(ctx, dispute_id)
    masked = sight_of(ctx, head) is not Sight.FULL
    row, place = case_row(ctx.session, dispute_id)
    plain = {each.name: getattr(row, each.name) for each in fields(CaseDetail) if each.name not in _OTHERS}
    hidden: dict[str, Any] = dict.fromkeys(_TEXTS) if masked else {}
    parties = parties_of(ctx.session, [dispute_id])
    record(ctx, "dispute.read", SUBJECT, dispute_id, masked=masked, parties=len(parties))
    return CaseDetail(
        **{**plain, **hidden},
        masked=masked,
        reasons=row.colour_reasons,
        place=None if masked else place,
        merged=merged_into(ctx.session, dispute_id),
        insiders=_insiders(ctx, dispute_id),
        parties=[masked_party(party) for party in parties],
        history=show_history(ctx, history_of(ctx, [dispute_id])[dispute_id]),
    )


def _insiders(ctx: Ctx, dispute_id: UUID) -> list[dict[str, Any]]:
    found = insiders_of(ctx.session, dispute_id)
    return [{"person_id": person, "why": sorted(why)} for person, why in sorted(found.items())]


def show_history(ctx: Ctx, history: History) -> dict[str, Any]:
    """A history as it is shown: counts of all, but only those cases by name which the viewer may know of."""
    zh, en = say_history(history)
    others = {match.other_id for match in history.matches}
    known = known_cases(ctx.session, ctx.actor.station, others, viewer_of(ctx)) if others else {}
    counts = {name: getattr(history, name) for name in _COUNTS}
    cases = [
        {**known[match.other_id], "pair": match.pair, "party": match.party, "address": match.address}
        for match in history.matches
        if match.other_id in known
    ]
    return {**counts, "zh": zh, "en": en, "cases": cases}


def viewer_of(ctx: Ctx) -> tuple[UUID, frozenset[str], bool]:
    """Who looks at a list: person, roles, whether named for strict cases."""
    person = ctx.actor.person
    return person, ctx.actor.roles, person in named_for(ctx.session, ctx.actor.station)


def list_page(ctx: Ctx, query: CaseQuery) -> list[dict[str, Any]]:
    """A page of the station's cases, parties recognisable only; one entry in the trail says which were shown."""
    rows = list_cases(ctx.session, ctx.actor.station, query, viewer_of(ctx), ctx.now)
    names = names_of(ctx.session, [row["id"] for row in rows])
    for row in rows:
        row["parties"] = [{"role": role, "name": mask_name(name)} for role, name in names.get(row["id"], ())]
    record(ctx, "dispute.listed", "station", ctx.actor.station, cases=len(rows))
    return rows


def row_of(ctx: Ctx, dispute_id: UUID) -> dict[str, Any]:
    """One case as the list shows it, for a caller who has just been let at it."""
    row = plain_case(ctx.session, dispute_id, ctx.now)
    names = names_of(ctx.session, [dispute_id]).get(dispute_id, ())
    return row | {"parties": [{"role": role, "name": mask_name(name)} for role, name in names]}


def show_parties(ctx: Ctx, dispute_id: UUID) -> list[dict[str, Any]]:
    """The parties of a case in clear, for the people of the case; each reading is audited. Raises NotFound."""
    seen_dispute(ctx, dispute_id, least=Sight.FULL)
    parties = parties_of(ctx.session, [dispute_id])
    ids = [str(party.id) for party in parties]
    record(ctx, "dispute.parties_read", SUBJECT, dispute_id, parties=ids)
    return [whole_party(party) for party in parties]


def show_timeline(ctx: Ctx, dispute_id: UUID, *, after: int, limit: int) -> list[dict[str, Any]]:
    """What happened to a case and to those merged into it, oldest first; ids, codes and numbers only."""
    seen_dispute(ctx, dispute_id)
    return timeline_of(ctx.session, dispute_id, after=after, limit=limit)


def show_scores(ctx: Ctx, dispute_id: UUID) -> list[dict[str, Any]]:
    """Every score a case had, newest first; why a person set another colour is for the people of the case."""
    whole = sight_of(ctx, seen_dispute(ctx, dispute_id)) is Sight.FULL
    return [
        {**{name: getattr(row, name) for name in _SCORE}, "note": row.note if whole else None}
        for row in scores_of(ctx.session, dispute_id)
    ]
