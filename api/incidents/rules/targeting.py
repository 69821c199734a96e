"""Whom to ask next: pure, over the nearest candidates the database found.

Corner cases: one member fits two needs (one offer only, the scarcer need first); everybody near has been asked (the
need is reported short); somebody said yes when it was full (asked first when a place opens again).
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from api.duty.types import Candidate
from api.incidents.rules.forecast import Tally
from api.incidents.rules.ranking import Ranked, estimate_eta_s, order_of, rank
from api.incidents.rules.states import ASKED, PAUSED, WENT
from api.incidents.types import Ask, Considered, NeedCount, NeedState, Past, Pick, Policy, Verdict, WavePlan
from api.incidents.types.ranking import Ring, View

__all__ = ["estimate_eta_s", "is_exhausted", "places_to_ask", "plan_wave", "short_list"]

PLAIN = View()
_RINGS = list(Ring)
# A router is asked about so many people per place: enough that a detour can change who is asked.
SHORT_LIST, LEAST_SHORT_LIST = 3, 10


def places_to_ask(need: NeedCount, *, spare: int, hope: float = 1.0) -> int:
    """How many more people may be asked now: the open offers shall cover the free places, and at most `spare` besides.

    None, when those who have not answered yet already give the chance `hope` that all free places are taken. One rule
    for every cause: a first wave, a refusal, a silence, an acceptance, a drop-out.
    """
    free = need.wanted - need.got
    if need.state is not NeedState.OPEN:
        return 0
    if need.waiting >= free and len(need.chances) == need.waiting and Tally(free, need.chances).enough >= hope:
        return 0
    return max(0, free + spare - need.waiting)


class Bounds(NamedTuple):
    """What of a policy sizes a wave."""

    spare: int
    hope: float


def ask_for(need: NeedCount, bounds: Bounds, *, force: str | None, skills: frozenset[str], lost: int = 0) -> Ask:
    """What one need asks for now. `lost`: refusals and silences just now, each of which is replaced in any case."""
    most = max(0, need.wanted - need.got + bounds.spare - need.waiting) if need.state is NeedState.OPEN else 0
    places = most if lost else places_to_ask(need, spare=bounds.spare, hope=bounds.hope)
    return Ask(
        need.need_id, places, force, skills, free=need.wanted - need.got, waiting=need.chances, hope=bounds.hope,
        at_least=min(lost, most),
    )  # fmt: skip


class _Filling:
    """One need while it is being filled: how many were picked, and whether that is enough."""

    def __init__(self, ask: Ask) -> None:
        self.ask, self.picked = ask, 0
        self._tally = Tally(ask.free, ask.waiting)

    def pick(self, chance: float) -> None:
        """Count one more."""
        self.picked += 1
        self._tally.add(chance)

    @property
    def full(self) -> bool:
        """Whether nobody more is asked."""
        ask = self.ask
        if self.picked >= ask.places:
            return True
        covered = self.picked >= ask.at_least and self.picked + len(ask.waiting) >= ask.free
        return ask.free > 0 and covered and self._tally.enough >= ask.hope


def count_to_ask(ask: Ask, chances: Iterable[float]) -> int:
    """How many of these people, in this order, a need asks."""
    filling = _Filling(ask)
    for chance in chances:
        if filling.full:
            break
        filling.pick(chance)
    return filling.picked


def plan_wave(
    asks: Sequence[Ask],
    found: Mapping[UUID, Sequence[Candidate]],
    past: Mapping[UUID, Past],
    *,
    excluded: Collection[UUID] = frozenset(),
    view: View = PLAIN,
) -> WavePlan:
    """Pick for each need, soonest first, from `found[need_id]`; `past` is by member id, of this incident.

    `excluded`: members whom the dispatcher left out. Needs with most conditions choose first, because fewest people
    fit them.
    """
    picks: dict[UUID, Pick] = {}
    considered: list[Considered] = []
    short: set[UUID] = set()
    for ask in sorted(asks, key=_openness):
        filling = _Filling(ask)
        looks = [_Look(rank(each, view), past.get(each.member_id)) for each in found.get(ask.need_id, ())]
        rows = []
        for look in sorted(looks, key=lambda look: look.order(view.policy)):
            member_id = look.ranked.candidate.member_id
            verdict = Verdict.EXCLUDED if member_id in excluded else _verdict(look, picks, full=filling.full)
            if verdict in (Verdict.NEAREST, Verdict.RESERVE):
                filling.pick(look.ranked.estimate.mean)
                picks[member_id] = _pick(look.ranked, ask)
            rows.append((look.ranked, verdict))
        considered += _account(ask, rows, view.policy)
        if not filling.full:
            short.add(ask.need_id)
    return WavePlan(tuple(picks.values()), tuple(considered), frozenset(short))


def short_list(asks: Sequence[Ask], found: Mapping[UUID, Sequence[Candidate]], view: View) -> list[Candidate]:
    """Those whose order a better travel time may change: per need the first by the model, who can be asked at all."""
    chosen: dict[UUID, Candidate] = {}
    for ask in asks:
        fit = [ranked for ranked in (rank(each, view) for each in found.get(ask.need_id, ())) if ranked.bar is None]
        fit.sort(key=lambda ranked: order_of(ranked, view.policy, reserve=False))
        for ranked in fit[: max(LEAST_SHORT_LIST, SHORT_LIST * ask.places)]:
            chosen[ranked.candidate.member_id] = ranked.candidate
    return list(chosen.values())


def leaves_places(asks: Sequence[Ask], plan: WavePlan) -> bool:
    """Whether some place would stay free even if everybody asked by now said yes."""
    picked = Counter(pick.need_id for pick in plan.picks)
    return any(
        ask.need_id in plan.short and picked[ask.need_id] + len(ask.waiting) < (ask.free or ask.places) for ask in asks
    )


def wider_radius(radius_m: float, growth: float, most_m: float) -> float:
    """The next radius, which is the same one when there is no farther to look."""
    return max(radius_m, min(most_m, radius_m * growth))


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


class _Look(NamedTuple):
    """A ranked candidate and what their earlier offer in this incident came to."""

    ranked: Ranked
    past: Past | None

    @property
    def reserve(self) -> bool:
        """Said yes when it was full, and may be asked again."""
        return self.past is not None and self.past.reserve and self.past.state in PAUSED

    def order(self, policy: Policy | None) -> tuple[object, ...]:
        """Where they stand; whoever said yes before and did not move stands behind everybody."""
        last = self.past is not None and self.past.last
        return last, *order_of(self.ranked, policy, reserve=self.reserve)


def _verdict(look: _Look, picks: Mapping[UUID, Pick], *, full: bool) -> Verdict:
    """Why this candidate is picked or not; the reasons that hold for good come before those of the moment."""
    before = look.past
    if before is not None and before.state not in PAUSED:
        return _verdict_of_past(before)
    if before is not None and before.left_out:
        return Verdict.EXCLUDED
    if look.ranked.bar is not None:
        return look.ranked.bar
    if look.ranked.candidate.member_id in picks:
        return Verdict.OTHER_NEED
    if full:
        return Verdict.ENOUGH
    return Verdict.RESERVE if before is not None and before.reserve else Verdict.NEAREST


def _verdict_of_past(before: Past) -> Verdict:
    if before.state in ASKED:
        return Verdict.ASKED
    return Verdict.WENT if before.state in WENT else Verdict.REFUSED


def _account(ask: Ask, rows: Sequence[tuple[Ranked, Verdict]], policy: Policy | None) -> list[Considered]:
    """Everybody looked at with their reason; who stood behind somebody slower is told what put them there."""
    picked = [ranked for ranked, verdict in rows if verdict in (Verdict.NEAREST, Verdict.RESERVE)]
    slowest = max((ranked.eta_s for ranked in picked), default=0)
    widest = max((_RINGS.index(ranked.ring) for ranked in picked), default=0)
    account = []
    for ranked, verdict in rows:
        if verdict is Verdict.ENOUGH and ranked.eta_s < slowest:
            beyond = policy is not None and policy.grid_first and _RINGS.index(ranked.ring) > widest
            verdict = Verdict.OTHER_GRID if beyond else ranked.cost or verdict
        account.append(_considered(ranked, ask, verdict))
    return account


def _considered(ranked: Ranked, ask: Ask, verdict: Verdict) -> Considered:
    candidate = ranked.candidate
    return Considered(
        candidate.member_id, ask.need_id, verdict in (Verdict.NEAREST, Verdict.RESERVE), verdict,
        round(candidate.distance_m), candidate.force, ranked.eta_s, ranked.ring, ranked.owner, ranked.cost_s,
        ranked.estimate,
    )  # fmt: skip


def _pick(ranked: Ranked, ask: Ask) -> Pick:
    candidate = ranked.candidate
    return Pick(
        candidate.member_id, candidate.person_id, ask.need_id, candidate.distance_m, ranked.eta_s, candidate.force,
        ranked.estimate.mean,
    )  # fmt: skip
