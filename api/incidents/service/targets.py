"""The ground a dispatch asks on: a circle, a drawn outline, or units of the station."""

from dataclasses import dataclass
from typing import Any

from api.grids.queries import grid_around, ground_of_units, known_units, reach_of
from api.grids.service import check_outline
from api.incidents.errors import UnitsNotDrawn, UnknownUnits
from api.incidents.types import DispatchOrder, IncidentHead, Policy, Target
from api.plumbing.context import Ctx


@dataclass(frozen=True)
class Aim:
    """Where to look: how far, inside which outline (none: everywhere within the radius), and what is kept of it."""

    radius_m: float
    area: str | None
    kept: dict[str, Any]


def aim_at(ctx: Ctx, incident: IncidentHead, order: DispatchOrder, policy: Policy) -> Aim:
    """The ground of an order; raises AreaInvalid, UnknownUnits or UnitsNotDrawn."""
    kept = _surroundings(ctx, incident)
    target = order.target
    if target is None:
        return Aim(policy.radius_m, None, kept)
    if target.area is not None:
        check_outline(ctx, target.area)
        area = target.area.ewkt
        return Aim(reach_of(ctx.session, area, incident.place), area, {**kept, "kind": "polygon"})
    return _aim_at_units(ctx, incident, target, kept)


def _aim_at_units(ctx: Ctx, incident: IncidentHead, target: Target, kept: dict[str, Any]) -> Aim:
    known = known_units(ctx.session, ctx.actor.station, target.unit_ids)
    if unknown := target.unit_ids - known:
        raise UnknownUnits(units=sorted(map(str, unknown)))
    ground = ground_of_units(ctx.session, ctx.actor.station, known, incident.place)
    if ground is None:
        raise UnitsNotDrawn(units=sorted(map(str, known)))
    return Aim(ground.reach_m, ground.area, {**kept, "kind": "units", "unit_ids": sorted(map(str, known))})


def _surroundings(ctx: Ctx, incident: IncidentHead) -> dict[str, Any]:
    """The incident's grid, its neighbours and its owners, as they are at the click; nothing outside any grid."""
    around = None if incident.unit_id is None else grid_around(ctx.session, incident.unit_id)
    if around is None:
        return {}
    return {
        "grid_id": str(around.grid_id),
        "neighbours": sorted(map(str, around.neighbours)),
        "owners": sorted(map(str, around.owners)),
    }
