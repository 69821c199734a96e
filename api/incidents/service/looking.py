"""Looking around a place: who is there, in which order they would be asked, and how far one has to look for them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from api.duty.queries import MAX_CANDIDATES, candidates_near
from api.duty.types import Candidate, CandidateQuery
from api.grids.types import STATION_ZONE
from api.incidents.gateways.routing import roads
from api.incidents.queries.dispatches import past_offers
from api.incidents.queries.ranking import learnt_at, records_of
from api.incidents.rules.forecast import hours_of
from api.incidents.rules.ranking import mode_of
from api.incidents.rules.targeting import leaves_places, plan_wave, short_list, wider_radius
from api.incidents.types import Ask, DispatchHead, Past, Policy, WavePlan
from api.incidents.types.ranking import Ground, Leg, View
from api.notifications.queries import over_quota
from api.notifications.queries.reach import own_quiet_hours
from api.notifications.rules.quiet import quiet_until
from api.notifications.service.ways import pushes_to
from api.notifications.types import Channel
from api.plumbing.context import Ctx

# Whoever turns out not to be reachable is replaced, and so may the replacement be; then it is left to the next wave.
_TRIES = 4


@dataclass(frozen=True)
class Search:
    """A planned wave and how far was looked for it."""

    plan: WavePlan
    radius_m: float


def look_around(ctx: Ctx, head: DispatchHead, policy: Policy, asks: Sequence[Ask], *, first: bool) -> Search:
    """Plan a wave, looking farther when too few are near.

    At once, as long as everybody's yes would not fill the places; and by one step in every later round that finds
    fewer than it wants to ask. Inside an outline nothing grows.
    """
    looking = _Looking(ctx, head, policy, asks)
    radius = head.radius_m or policy.radius_m
    most = radius if head.area else policy.radius_max_m
    plan, grown = looking.plan(radius), first
    while leaves_places(asks, plan) or (plan.short and not grown):
        if not looking.look_at_more():
            wider, grown = wider_radius(radius, policy.radius_growth, most), True
            if wider <= radius:
                break
            radius = wider
        plan = looking.plan(radius)
    return Search(plan, radius)


def ground_of(target: Mapping[str, Any]) -> Ground:
    """The ground as it was kept with the dispatch."""
    if target.get("grid_id") is None:
        return Ground()
    neighbours, owners = (frozenset(map(UUID, target[name])) for name in ("neighbours", "owners"))
    return Ground(UUID(target["grid_id"]), neighbours, owners)


class _Looking:
    """One search: what does not depend on the radius is read once."""

    def __init__(self, ctx: Ctx, head: DispatchHead, policy: Policy, asks: Sequence[Ask]) -> None:
        self.ctx, self.head, self.policy, self.asks = ctx, head, policy, asks
        self.past: Mapping[UUID, Past] = past_offers(ctx.session, head.incident_id)
        # Those asked before or left out are often the nearest ones, and must not crowd out the others.
        self._limit, self._cut_off = policy.candidates + len(self.past) + len(policy.excluded), False
        hours = hours_of(ctx.now.astimezone(STATION_ZONE).hour)
        self.view = View(
            policy=policy,
            now=ctx.now,
            hours=hours,
            ground=ground_of(head.target),
            learnt=learnt_at(ctx.session, head.station_id, hours),
            drill=head.drill,
        )

    def plan(self, radius_m: float) -> WavePlan:
        """The wave with everybody within the radius."""
        found = {ask.need_id: self._candidates(ask, radius_m) for ask in self.asks}
        self._cut_off = any(len(candidates) >= self._limit for candidates in found.values())
        view = self._routed(found, self._known(found))
        excluded = frozenset(map(UUID, self.policy.excluded))
        for _ in range(_TRIES):
            plan = plan_wave(self.asks, found, self.past, excluded=excluded, view=view)
            more = self._unreachable({pick.person_id for pick in plan.picks})
            if not more:
                return plan
            view = replace(view, unreachable=view.unreachable | more)
        return plan_wave(self.asks, found, self.past, excluded=excluded, view=view)

    def _known(self, found: Mapping[UUID, Sequence[Candidate]]) -> View:
        """With what was asked of these people of late, and who of them does not want to be rung at this hour."""
        people = {each.member_id: each.person_id for candidates in found.values() for each in candidates}
        if not people:
            return self.view
        hours = own_quiet_hours(self.ctx.session, people.values())
        asleep = (person for person, own in hours.items() if own and quiet_until(own, self.ctx.now))
        records = records_of(self.ctx.session, people, self.ctx.now)
        return replace(self.view, records=records, asleep=frozenset(asleep))

    def look_at_more(self) -> bool:
        """Whether there were more people within the radius than were looked at; then they are, the next time.

        A town where the nearest sixty are all on a task must not stop at the sixty-first.
        """
        if not self._cut_off or self._limit >= MAX_CANDIDATES:
            return False
        self._limit = min(MAX_CANDIDATES, 2 * self._limit)
        return True

    def _candidates(self, ask: Ask, radius_m: float) -> list[Candidate]:
        return candidates_near(
            self.ctx.session,
            CandidateQuery(
                station_id=self.head.station_id,
                point=self.head.place,
                radius_m=radius_m,
                limit=self._limit,
                fresh_after=self.ctx.now - timedelta(seconds=self.policy.stale_s),
                force=ask.force,
                skills=ask.skills,
                inside=self.head.area,
            ),
        )

    def _routed(self, found: Mapping[UUID, Sequence[Candidate]], view: View) -> View:
        """With the router's word on those whose order it may change."""
        if not roads.known:
            return view
        people = short_list(self.asks, found, view)
        legs = [Leg(each.position, mode_of(each.force, self.policy)) for each in people]
        times = zip(people, roads.seconds_to(self.head.place, legs), strict=True)
        return replace(view, routed={each.member_id: seconds for each, seconds in times if seconds is not None})

    def _unreachable(self, people: Collection[UUID]) -> frozenset[UUID]:
        """Those who have no app, whose number may not be texted now, and whom the ladder does not call."""
        if not people or any(step.channel == Channel.VOICE for step in self.policy.ladder):
            return frozenset()
        pushed = pushes_to(self.ctx, people)
        texted = [person for person in people if not pushed.get(person)]
        template = offer_template(self.head)
        return frozenset(over_quota(self.ctx.session, texted, template)) if texted else frozenset()


def offer_template(head: DispatchHead) -> str:
    """What an offer of this dispatch is told with; a drill says that it is one."""
    return "drill" if head.drill else "offer"
