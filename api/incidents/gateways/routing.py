"""Travel times by road, where a station's installation has a router; without one, the model in `rules.ranking` stands.

The router is asked inside the transaction that asks people, so it must answer from memory: a road graph held in this
process, or a table that something else keeps warm. One that waits for a network would hold the incident's lock for as
long, so a client of a remote service belongs behind such a table.
"""

from collections.abc import Callable, Sequence
from pkgutil import resolve_name

import structlog

from api.incidents.types.ranking import Leg
from api.kernel.geo import Point

log = structlog.get_logger(__name__)
# Seconds of each leg to the place, in their order; None where the router does not know.
Router = Callable[[Point, Sequence[Leg]], Sequence[int | None]]


def router_named(dotted: str) -> Router | None:
    """The function of this dotted name; none for an empty one. A name that leads nowhere stops the start."""
    return resolve_name(dotted) if dotted else None


class Roads:
    """The process's router, set once by whoever starts it."""

    def __init__(self) -> None:
        self._router: Router | None = None

    @property
    def known(self) -> bool:
        """Whether there is a router at all."""
        return self._router is not None

    def load(self, router: Router | None) -> None:
        """Install a router, or take it away."""
        self._router = router

    def seconds_to(self, place: Point, legs: Sequence[Leg]) -> list[int | None]:
        """Seconds of each leg; None where the model has to do. A router that fails costs its knowledge, no dispatch."""
        unknown: list[int | None] = [None] * len(legs)
        if self._router is None or not legs:
            return unknown
        try:
            found = list(self._router(place, legs))
        except Exception:
            log.exception("router failed", legs=len(legs))
            return unknown
        return found if len(found) == len(legs) else unknown


roads = Roads()
