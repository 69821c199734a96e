"""In which order people are asked: who is there soonest, then who was asked least of late, then caps.

Everything is reckoned in seconds. Somebody who was asked or sent out often of late counts as so much farther away, so
that among people about equally near the turn goes round, and nobody near is passed over for somebody far. A no costs
nothing beyond having been asked: whoever cannot come must not be taught to be silent.
"""

from datetime import timedelta
from typing import NamedTuple

from api.duty.types import Candidate
from api.incidents.rules.forecast import estimate_for
from api.incidents.types import Policy, TravelMode, Verdict
from api.incidents.types.forecasts import Estimate, Hours
from api.incidents.types.ranking import Ground, Record, Ring, View

# Median time from accepting to leaving the house by day, where no policy says it.
TURN_OUT_S = 105
# A brisk walk in town as the crow flies; town traffic with its detours, after the minute it takes to reach the vehicle.
SPEED_MPS = {TravelMode.WALKING: 2.0, TravelMode.DRIVING: 6.0}
MOUNT_S = {TravelMode.WALKING: 0, TravelMode.DRIVING: 60}
# Forces that come with their vehicle, whatever the policy says of the others.
DRIVING_FORCES = frozenset({"courier", "taxi_driver", "officer", "auxiliary", "rescue_team"})
# What an ask of the last day and a task of the last week cost, and no more than this together.
ASKED_COST_S, TASK_COST_S, MOST_FAIRNESS_S = 20, 40, 180
# Over a cap, or not rested yet, where that does not forbid: behind everybody who is less than ten minutes farther.
CAP_COST_S = 600
_RINGS = (Ring.OWN, Ring.NEIGHBOUR, Ring.ELSEWHERE)


class Ranked(NamedTuple):
    """A candidate with everything their place in the order is made of.

    `bar`: why they cannot be asked; `cost_s` and `cost`: how far behind their travel time they stand, and why.
    """

    candidate: Candidate
    eta_s: int
    ring: Ring
    owner: bool
    cost_s: int
    cost: Verdict | None
    bar: Verdict | None
    estimate: Estimate


def estimate_eta_s(
    distance_m: float, mode: TravelMode = TravelMode.WALKING, *, turn_out_s: int = TURN_OUT_S
) -> int:  # fmt: skip
    """Seconds until somebody at this distance arrives, from the moment they accept."""
    return turn_out_s + travel_s(distance_m, mode)


def travel_s(distance_m: float, mode: TravelMode) -> int:
    """Seconds on the way, by the model."""
    return MOUNT_S[mode] + round(distance_m / SPEED_MPS[mode])


def mode_of(force: str, policy: Policy | None) -> TravelMode:
    """How people of a force come."""
    if force in DRIVING_FORCES:
        return TravelMode.DRIVING
    return TravelMode.WALKING if policy is None else policy.travel


def turn_out_of(policy: Policy | None, hours: Hours) -> int:
    """From accepting to leaving, at this time of day."""
    if policy is None:
        return TURN_OUT_S
    return policy.turn_out_night_s if hours is Hours.NIGHT else policy.turn_out_s


def rank(candidate: Candidate, view: View) -> Ranked:
    """Where one candidate stands; nothing about earlier offers of this incident, which `targeting` knows."""
    asleep = candidate.person_id in view.asleep
    cost_s, cost, bar = _burden(view.records.get(candidate.member_id, Record()), view, asleep=asleep)
    return Ranked(
        candidate,
        eta_s=turn_out_of(view.policy, view.hours) + _travel_of(candidate, view),
        ring=ring_of(candidate, view.ground),
        owner=candidate.member_id in view.ground.owners,
        cost_s=cost_s,
        cost=cost,
        bar=_unfit(candidate, view) or bar,
        estimate=estimate_for(view.learnt, candidate.force, candidate.distance_m, view.hours),
    )


def _travel_of(candidate: Candidate, view: View) -> int:
    routed = view.routed.get(candidate.member_id)
    if routed is not None:
        return routed
    return travel_s(candidate.distance_m, mode_of(candidate.force, view.policy))


def ring_of(candidate: Candidate, ground: Ground) -> Ring:
    """Whether a candidate belongs to the incident's grid, to one beside it, or to neither."""
    if ground.grid_id is None or candidate.grid_id == ground.grid_id or candidate.member_id in ground.owners:
        return Ring.OWN
    return Ring.NEIGHBOUR if candidate.grid_id in ground.neighbours else Ring.ELSEWHERE


def order_of(ranked: Ranked, policy: Policy | None, *, reserve: bool) -> tuple[object, ...]:
    """What candidates are sorted by: who said yes before, the grid's own where that comes first, then seconds.

    The distance and the id settle a tie, so that a preview and the click after it choose alike.
    """
    ring = _RINGS.index(ranked.ring) if policy is not None and policy.grid_first else 0
    candidate = ranked.candidate
    return not reserve, ring, ranked.eta_s + ranked.cost_s, candidate.distance_m, candidate.member_id


def _unfit(candidate: Candidate, view: View) -> Verdict | None:
    if candidate.engaged_with is not None and not _may_be_taken(candidate, view):
        return Verdict.ENGAGED
    if not candidate.fresh:
        return Verdict.STALE
    return Verdict.QUOTA if candidate.person_id in view.unreachable else None


def _may_be_taken(candidate: Candidate, view: View) -> bool:
    """A drill never keeps anybody from the real thing."""
    return (candidate.engaged_drill and not view.drill) or (view.policy is not None and view.policy.allow_engaged)


def _burden(record: Record, view: View, *, asleep: bool) -> tuple[int, Verdict | None, Verdict | None]:
    """(cost, its reason, what forbids) of what was asked of somebody of late.

    Quiet hours only ever cost rank: being on duty is the newer word of the two.
    """
    policy, now = view.policy, view.now
    if policy is None or now is None:
        return 0, None, None
    fairness = ASKED_COST_S * record.asked_today + TASK_COST_S * record.tasks_this_week
    cost_s, cost = min(MOST_FAIRNESS_S, fairness), Verdict.FAIRNESS if fairness else None
    if asleep:
        cost_s, cost = cost_s + CAP_COST_S, Verdict.QUIET
    over = Verdict.CAP if record.asked_today >= policy.alerts_per_day else None
    ended = record.last_task_ended
    if ended is not None and now < ended + timedelta(seconds=policy.rest_s):
        over = Verdict.RESTING
    if over is None:
        return cost_s, cost, None
    return cost_s + CAP_COST_S, over, over if policy.caps_bind else None
