"""Who may see what: need-to-know by team and station, stricter for minors and violence at home."""

from dataclasses import dataclass
from uuid import UUID

from api.disputes.types import RiskSign, Sight
from api.identity.types import Role


@dataclass(frozen=True)
class Viewer:
    """Who looks at a case. `named`: for all strict cases of the station.

    `insider`: in its team, its receiver, named for it, or the owner of its grid while it has no lead.
    """

    station_id: UUID | None
    roles: frozenset[str] = frozenset()
    insider: bool = False
    named: bool = False
    system: bool = False


def may_see(viewer: Viewer, *, station_id: UUID, strict: bool) -> Sight:
    """How much this viewer sees of a case of that station.

    Colleagues recognise an ordinary case, masked; supervisors and the chief see it whole. A strict case is open to its
    team and the named supervisors alone; the chief sees that it exists, so that one nobody owns is never out of reach.
    """
    if viewer.system:
        return Sight.FULL
    if viewer.station_id != station_id:
        return Sight.NONE
    if viewer.insider:
        return Sight.FULL
    if strict:
        return _strict_sight(viewer)
    return Sight.FULL if viewer.roles & {Role.SUPERVISOR, Role.STATION_ADMIN} else Sight.MASKED


def _strict_sight(viewer: Viewer) -> Sight:
    if viewer.named and Role.SUPERVISOR in viewer.roles:
        return Sight.FULL
    return Sight.MASKED if Role.STATION_ADMIN in viewer.roles else Sight.NONE


def sees_all_ordinary(roles: frozenset[str]) -> bool:
    """Whether every ordinary case of the own station is open to these roles."""
    return bool(roles & {Role.SUPERVISOR, Role.STATION_ADMIN})


def is_strict(signs: frozenset[str], *, minor: bool) -> bool:
    """Whether a case is of the stricter sort."""
    return minor or RiskSign.DOMESTIC_VIOLENCE in signs
