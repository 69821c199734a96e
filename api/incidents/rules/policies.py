"""Dispatch policies per kind of incident: versioned data, frozen onto a dispatch when it starts.

Radii and waves lie within what live systems use (3 to 100 people within 0.4 to 1.8 km); a refusal is replaced at once
and silence after its window, which matters more than the size of the first wave.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict, replace
from typing import Any
from uuid import UUID

from api.incidents.types import IncidentKind, IncidentState, Policy

VERSION = 1
_HOUR, _DAY = 3_600, 86_400
_OVERDUE = {
    IncidentState.REPORTED.value: 300,  # the five minutes within which somebody should be there, in town
    IncidentState.DISPATCHING.value: 600,
    IncidentState.UNDERWAY.value: 2 * _HOUR,
    IncidentState.IN_REVIEW.value: _DAY,
    IncidentState.CALLING_BACK.value: _DAY,
}
_PLANNED = {**_OVERDUE, IncidentState.REPORTED.value: _HOUR, IncidentState.DISPATCHING.value: _HOUR}
_URGENT = Policy(
    version=VERSION,
    kind=IncidentKind.URGENT_HELP,
    radius_m=1_500,
    # Six asked for one needed, silence replaced after 45 s: 8.1 people asked on average, the first there after 161 s,
    # within five minutes in 96 % (`flask policies simulate`). More people or less patience disturb without helping.
    spare=5,
    silence_s=45,
    stale_s=1_800,
    expires_s=900,
    retry_s=60,
    candidates=60,
    call_back_tries=3,
    overdue_s=_OVERDUE,
)

PRESETS: Mapping[IncidentKind, Policy] = {
    policy.kind: policy
    for policy in (
        _URGENT,
        replace(_URGENT, kind=IncidentKind.MISSING_PERSON, radius_m=3_000, spare=10, expires_s=_HOUR, candidates=120),
        replace(_URGENT, kind=IncidentKind.FIGHT, spare=2),
        replace(_URGENT, kind=IncidentKind.DISPUTE, spare=1),
        replace(_URGENT, kind=IncidentKind.HAZARD, radius_m=3_000, spare=4, candidates=120),
        replace(_URGENT, kind=IncidentKind.TRAFFIC, radius_m=2_000, spare=2),
        replace(
            _URGENT, kind=IncidentKind.SCHOOL_GATE, radius_m=3_000, spare=0, silence_s=600, expires_s=_HOUR,
            retry_s=300, overdue_s=_PLANNED,
        ),
        replace(
            _URGENT, kind=IncidentKind.EVENT_POST, radius_m=5_000, spare=0, silence_s=900, expires_s=_HOUR,
            retry_s=300, candidates=120, overdue_s=_PLANNED,
        ),
        replace(_URGENT, kind=IncidentKind.OTHER, spare=1, silence_s=60),
    )
}  # fmt: skip


def policy_for(kind: IncidentKind, *, radius_m: float | None = None, excluded: Collection[UUID] = ()) -> Policy:
    """The policy of a kind, with the dispatcher's radius if one was given, and without whom the dispatcher left out."""
    policy = replace(PRESETS[kind], excluded=tuple(sorted(map(str, excluded))))
    return policy if radius_m is None else replace(policy, radius_m=radius_m)


def freeze_policy(policy: Policy) -> dict[str, Any]:
    """The policy as the JSON object stored on a dispatch."""
    return asdict(policy)


def thaw_policy(frozen: Mapping[str, Any]) -> Policy:
    """The policy of a stored object; a field added since has the value of today's preset of that kind."""
    kind = IncidentKind(frozen["kind"])
    # JSON has no tuples.
    excluded = tuple(frozen.get("excluded", ()))
    return Policy(**{**asdict(PRESETS[kind]), **frozen, "kind": kind, "excluded": excluded})
