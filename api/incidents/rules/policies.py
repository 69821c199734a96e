"""Built-in dispatch policies per kind and colour, and how a policy is stored.

Radii and waves lie within what live systems use (3 to 100 people within 0.4 to 1.8 km); a refusal is replaced at once
and silence after its window, which matters more than the size of the first wave. A station writes its own policies
over these (`service.policies`); what it leaves alone stays as here.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict, replace
from typing import Any
from uuid import UUID

from api.incidents.types import Colour, IncidentKind, IncidentState, NextRung, Policy, Rung, TravelMode
from api.notifications.types import LadderStep

PRESET_VERSION = 0
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_OVERDUE = {
    IncidentState.REPORTED.value: 5 * _MINUTE,  # within which somebody should be there, in town
    IncidentState.DISPATCHING.value: 10 * _MINUTE,
    IncidentState.UNDERWAY.value: 2 * _HOUR,
    IncidentState.IN_REVIEW.value: _DAY,
    IncidentState.CALLING_BACK.value: _DAY,
}
_PLANNED = {**_OVERDUE, IncidentState.REPORTED.value: _HOUR, IncidentState.DISPATCHING.value: _HOUR}
_SOON = (
    NextRung(Rung.PATROL_OFFICERS, 0),
    NextRung(Rung.NEIGHBOUR_STATIONS, 2 * _MINUTE),
    NextRung(Rung.COMMAND_CENTRE, 5 * _MINUTE),
)
_LATER = (NextRung(Rung.PATROL_OFFICERS, 10 * _MINUTE), NextRung(Rung.COMMAND_CENTRE, 30 * _MINUTE))
_VOICE = LadderStep("voice", 40)

_URGENT = Policy(
    version=PRESET_VERSION,
    kind=IncidentKind.URGENT_HELP,
    colour=None,
    radius_m=1_500,
    radius_growth=1.5,
    radius_max_m=5_000,
    stale_s=1_800,
    candidates=60,
    grid_first=False,  # a minute's walk from over the boundary beats ten from within it
    # Seven asked for one needed, silence replaced after a minute: 8.5 people asked on average, the first there after
    # 159 s, within five minutes in 97 % (`flask policies simulate`). More people disturb without helping.
    spare=10,
    hope=0.95,
    silence_s=60,
    expires_s=900,
    retry_s=60,
    ladder=(LadderStep("push", 0), LadderStep("sms", 20)),
    travel=TravelMode.WALKING,
    # Medians of volunteer responders, from accepting to leaving the house, by day and by night.
    turn_out_s=105,
    turn_out_night_s=142,
    rest_s=2 * _HOUR,
    alerts_per_day=6,
    caps_bind=False,
    still_s=180,
    reopen_s=120,
    arrive_m=60,
    leave_m=150,
    dwell_s=20,
    welfare_s=0,
    allow_engaged=False,
    call_back_tries=3,
    overdue_s=_OVERDUE,
    next_rungs=_SOON,
)
# What can wait a little: caps bind, the grid's own people come first, and neighbouring stations are left in peace.
_CALM = replace(
    _URGENT, grid_first=True, hope=0.9, spare=4, rest_s=4 * _HOUR, alerts_per_day=4, caps_bind=True, still_s=300,
    reopen_s=180, next_rungs=_LATER,
)  # fmt: skip
# Duty known beforehand: there is time to look at the app before a text is paid for.
_PLANNED_DUTY = replace(
    _CALM, spare=0, hope=0.9, radius_growth=1.3, retry_s=300, expires_s=_HOUR,
    ladder=(LadderStep("push", 0), LadderStep("sms", 300)),
    alerts_per_day=3, still_s=1_200, reopen_s=600, arrive_m=100, leave_m=250, dwell_s=60, overdue_s=_PLANNED,
    next_rungs=(NextRung(Rung.PATROL_OFFICERS, _HOUR),),
)  # fmt: skip

PRESETS: Mapping[IncidentKind, Policy] = {
    policy.kind: policy
    for policy in (
        _URGENT,
        # A search asks many, far, and for long: each pair of eyes counts, also that of somebody on another calm task.
        replace(
            _URGENT, kind=IncidentKind.MISSING_PERSON, radius_m=3_000, radius_max_m=10_000, spare=20, candidates=120,
            silence_s=90, expires_s=_HOUR, arrive_m=200, leave_m=600, dwell_s=30,
        ),
        replace(_URGENT, kind=IncidentKind.FIGHT, radius_max_m=4_000, spare=2, silence_s=45, welfare_s=900),
        replace(_CALM, kind=IncidentKind.DISPUTE, spare=1, silence_s=90),
        replace(
            _URGENT, kind=IncidentKind.HAZARD, radius_m=3_000, radius_max_m=8_000, spare=12, candidates=120,
            arrive_m=150, leave_m=400, welfare_s=900,
        ),
        replace(
            _CALM, kind=IncidentKind.TRAFFIC, radius_m=2_000, spare=2, silence_s=45, travel=TravelMode.DRIVING,
            grid_first=False, arrive_m=80, leave_m=250,
        ),
        replace(_PLANNED_DUTY, kind=IncidentKind.SCHOOL_GATE, radius_m=3_000, radius_max_m=6_000, silence_s=600),
        replace(
            _PLANNED_DUTY, kind=IncidentKind.EVENT_POST, radius_m=5_000, radius_max_m=10_000, silence_s=900,
            candidates=120,
        ),
        replace(_CALM, kind=IncidentKind.OTHER, spare=1, silence_s=60),
    )
}  # fmt: skip


def preset_for(kind: IncidentKind, colour: Colour | None = None) -> Policy:
    """The built-in policy."""
    return grade_policy(PRESETS[kind], colour)


def grade_policy(policy: Policy, colour: Colour | None) -> Policy:
    """A kind's policy as a colour hardens it.

    Red is life and limb: the ladder ends in a call, no cap keeps anybody away, whoever is on scene is asked every
    quarter of an hour whether all is well, and the next rungs are told without delay.
    """
    if colour is not Colour.RED:
        return policy
    return replace(
        policy, colour=colour, ladder=(*_URGENT.ladder, _VOICE), caps_bind=False, grid_first=False, next_rungs=_SOON,
        hope=max(policy.hope, _URGENT.hope), still_s=min(policy.still_s, _URGENT.still_s),
        reopen_s=min(policy.reopen_s, _URGENT.reopen_s), welfare_s=policy.welfare_s or 900,
    )  # fmt: skip


def order_policy(policy: Policy, *, radius_m: float | None = None, excluded: Collection[UUID] = ()) -> Policy:
    """The policy of one click: with the dispatcher's radius, if one was given, and without whom they left out."""
    policy = replace(policy, excluded=tuple(sorted(map(str, excluded))))
    if radius_m is None:
        return policy
    return replace(policy, radius_m=radius_m, radius_max_m=max(radius_m, policy.radius_max_m))


def policy_for(
    kind: IncidentKind,
    colour: Colour | None = None,
    *,
    radius_m: float | None = None,
    excluded: Collection[UUID] = (),
) -> Policy:
    """The built-in policy of one click."""
    return order_policy(preset_for(kind, colour), radius_m=radius_m, excluded=excluded)


def freeze_policy(policy: Policy) -> dict[str, Any]:
    """The policy as the JSON object stored on a dispatch."""
    return asdict(policy)


def thaw_policy(frozen: Mapping[str, Any]) -> Policy:
    """The policy of a stored object; one added since has the value of today's preset, one dropped since is left."""
    kind = IncidentKind(frozen["kind"])
    colour = Colour(frozen["colour"]) if frozen.get("colour") else None
    preset = asdict(preset_for(kind, colour))
    known = {**preset, **{name: frozen[name] for name in preset if name in frozen}, "kind": kind, "colour": colour}
    # JSON has neither tuples nor values of ours.
    return Policy(
        **{
            **known,
            "travel": TravelMode(known["travel"]),
            "ladder": tuple(LadderStep(**step) for step in known["ladder"]),
            "next_rungs": tuple(NextRung(Rung(step["rung"]), step["after_s"]) for step in known["next_rungs"]),
            "excluded": tuple(known["excluded"]),
        }
    )
