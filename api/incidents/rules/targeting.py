"""Whom to ask next: pure, over the nearest candidates the database found.

Corner cases: one member fits two needs (one offer only, the scarcer need first); everybody near has been asked (the
need is reported short); somebody said yes when it was full (asked first when a place opens again).
"""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from api.duty.types import Candidate
from api.incidents.rules.states import ASKED, PAUSED, WENT
from api.incidents.types import Ask, Considered, NeedCount, NeedState, Past, Pick, Verdict, WavePlan

# Median time from accepting to leaving the house, and a brisk walk in town.
TURN_OUT_S = 105
WALKING_MPS = 2.0


def estimate_eta_s(distance_m: float) -> int:
    """Seconds until somebody at this distance arrives on foot, from the moment they accept."""
    return TURN_OUT_S + round(distance_m / WALKING_MPS)


def places_to_ask(need: NeedCount, *, spare: int) -> int:
    """How many more people to ask now, so that the open offers cover the free places and `spare` besides.

    One rule for every cause: a first wave asks wanted + spare, a refusal or a silence asks one more, an acceptance
    none, and a drop-out one for the place it frees.
    """
    if need.state is not NeedState.OPEN:
        return 0
    return max(0, need.wanted - need.got + spare - need.waiting)


def plan_wave(
    asks: Sequence[Ask],
    found: Mapping[UUID, Sequence[Candidate]],
    past: Mapping[UUID, Past],
    *,
    excluded: Collection[UUID] = frozenset(),
) -> WavePlan:
    """Pick for each need, nearest first, from `found[need_id]`; `past` is by member id, of this incident.

    `excluded`: members whom the dispatcher left out. Needs with most conditions choose first, because fewest people
    fit them.
    """
    picks: dict[UUID, Pick] = {}
    considered: list[Considered] = []
    short: set[UUID] = set()
    for ask in sorted(asks, key=_openness):
        left = ask.places
        for candidate in sorted(found.get(ask.need_id, ()), key=lambda c: _preference(c, past)):
            left_out = candidate.member_id in excluded
            verdict = Verdict.EXCLUDED if left_out else _verdict(candidate, past, picks, left)
            picked = verdict in (Verdict.NEAREST, Verdict.RESERVE)
            if picked:
                left -= 1
                picks[candidate.member_id] = _pick(candidate, ask)
            considered.append(_considered(candidate, ask, verdict, picked=picked))
        if left:
            short.add(ask.need_id)
    return WavePlan(tuple(picks.values()), tuple(considered), frozenset(short))


def is_exhausted(counts: Sequence[NeedCount], plan: WavePlan) -> bool:
    """Whether some free place has nobody left to wait for: nobody open before this wave, and nobody found by it."""
    picked = {pick.need_id for pick in plan.picks}
    return any(
        need.need_id in plan.short and need.need_id not in picked and need.waiting == 0
        for need in counts
        if need.state is NeedState.OPEN
    )


def _openness(ask: Ask) -> tuple[int, bool]:
    return -len(ask.skills), ask.force is None


def _preference(candidate: Candidate, past: Mapping[UUID, Past]) -> tuple[bool, float, UUID]:
    before = past.get(candidate.member_id)
    reserve = before is not None and before.reserve and before.state in PAUSED
    # The id settles a tie, so that a preview and the click after it choose alike.
    return not reserve, candidate.distance_m, candidate.member_id


def _verdict(candidate: Candidate, past: Mapping[UUID, Past], picks: Mapping[UUID, Pick], left: int) -> Verdict:
    """Why this candidate is picked or not; the reasons that hold for good come before those of the moment."""
    before = past.get(candidate.member_id)
    if before is not None and before.state not in PAUSED:
        return _verdict_of_past(before)
    if candidate.engaged_with is not None:
        return Verdict.ENGAGED
    if not candidate.fresh:
        return Verdict.STALE
    if candidate.member_id in picks:
        return Verdict.OTHER_NEED
    if not left:
        return Verdict.ENOUGH
    return Verdict.RESERVE if before is not None and before.reserve else Verdict.NEAREST


def _verdict_of_past(before: Past) -> Verdict:
    if before.state in ASKED:
        return Verdict.ASKED
    return Verdict.WENT if before.state in WENT else Verdict.REFUSED


def _considered(candidate: Candidate, ask: Ask, verdict: Verdict, *, picked: bool) -> Considered:
    metres, eta_s = round(candidate.distance_m), estimate_eta_s(candidate.distance_m)
    return Considered(candidate.member_id, ask.need_id, picked, verdict, metres, candidate.force, eta_s)


def _pick(candidate: Candidate, ask: Ask) -> Pick:
    eta_s = estimate_eta_s(candidate.distance_m)
    return Pick(candidate.member_id, candidate.person_id, ask.need_id, candidate.distance_m, eta_s)
