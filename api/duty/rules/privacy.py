"""How exactly people see where others are."""

from collections.abc import Collection
from typing import Any, NamedTuple

from api.duty.types import LiveMember
from api.identity.types import Permission
from api.kernel.geo import Point

# Three decimals of a degree: about 100 m. Enough to see who covers what, not which house somebody visits.
COARSE_DECIMALS = 3


class Grain(NamedTuple):
    """To how many decimals of a degree places are shown: of people who wait, and of those on a task (none: exactly)."""

    waiting: int
    engaged: int | None

    def decimals(self, *, engaged: bool) -> int | None:
        """The decimals for somebody on a task, or for somebody who waits."""
        return self.engaged if engaged else self.waiting


# Who sends people must see them come; who plans the duty need only see that the ground is covered.
SENDING = Grain(COARSE_DECIMALS, None)
PLANNING = Grain(2, COARSE_DECIMALS)


def grain_for(permissions: Collection[str]) -> Grain:
    """How exactly somebody with these permissions sees where others are."""
    return SENDING if Permission.INCIDENT_DISPATCH in permissions else PLANNING


def coarse(point: Point, *, engaged: bool, grain: Grain = SENDING) -> Point:
    """The place as somebody may see it."""
    decimals = grain.decimals(engaged=engaged)
    return point if decimals is None else Point(round(point.lat, decimals), round(point.lon, decimals))


def shown_member(member: LiveMember, grain: Grain) -> dict[str, Any]:
    """A row of the desk's board, as somebody who sees so exactly is shown it."""
    place = member.position and coarse(member.position, engaged=member.engaged_with is not None, grain=grain)
    return {**member._asdict(), "position": place and {"lat": place.lat, "lon": place.lon, "datum": "wgs84"}}
