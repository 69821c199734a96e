"""`flask policies`: try a way of asking before anybody's telephone rings."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import click
from flask.cli import AppGroup

from api.incidents.rules.policies import PRESETS
from api.incidents.rules.simulation import Asking, Summary, World, first_wave, simulate_night, summarise
from api.incidents.types import IncidentKind

policies = AppGroup("policies", help="Dispatch policies.")


@dataclass(frozen=True)
class ReferenceRow:
    """A row of the published comparison (people uniform in a 1 km disc, first of them to arrive)."""

    name: str
    people: int
    asking: Asking
    alerts: float
    mean_s: float
    p90_s: float
    within_5_min: float | None = None


REFERENCE = (
    ReferenceRow("all at once", 10, Asking(9), 10.0, 235, 365),
    ReferenceRow("all at once", 30, Asking(29), 30.0, 158, 241, 0.982),
    ReferenceRow("one by one, 60 s", 10, Asking(0, 60, True), 3.12, 307, 540),
    ReferenceRow("one by one, 60 s", 30, Asking(0, 60, True), 3.19, 235, 426, 0.732),
    ReferenceRow("3, 30 s", 10, Asking(2, 30, True), 6.48, 244, 394),
    ReferenceRow("3, 30 s", 30, Asking(2, 30, True), 7.20, 168, 271, 0.942),
    ReferenceRow("7, refusers replaced", 10, Asking(6), 8.01, 236, 367),
    ReferenceRow("7, refusers replaced", 30, Asking(6), 8.22, 160, 244, 0.967),
)


def default_asking() -> Asking:
    """How the shipped policy for urgent help asks."""
    policy = PRESETS[IncidentKind.URGENT_HELP]
    return Asking(policy.spare, policy.silence_s, hope=policy.hope)


def table_lines(*, draws: int, seed: int = 11) -> Iterator[str]:
    """The comparison as text: simulated figures with the published ones in brackets."""
    yield "policy                   N   alerts         mean s      p90 s       within 5 min"
    for row in REFERENCE:
        found = _simulate(row.asking, row.people, draws, seed)
        share = "" if row.within_5_min is None else f" ({row.within_5_min:.1%})"
        yield (
            f"{row.name:24} {row.people:<3} {found.alerts:5.2f} ({row.alerts:5.2f})"
            f"  {found.mean_s:3.0f} ({row.mean_s:.0f})   {found.p90_s:3.0f} ({row.p90_s:.0f})"
            f"   {found.within_5_min:.1%}{share}"
        )
    yield ""
    for people in (10, 30):
        asking = default_asking()
        found = _simulate(asking, people, draws, seed)
        name = f"ours: {first_wave(asking)}, {asking.silence_s:.0f} s"
        yield (
            f"{name:24} {people:<3} {found.alerts:5.2f}          {found.mean_s:3.0f}         {found.p90_s:3.0f}"
            f"         {found.within_5_min:.1%}"
        )


@policies.command("simulate")
@click.option("--draws", default=40_000, show_default=True, help="Simulated dispatches per row.")
def print_table(draws: int) -> None:
    """Print what the shipped policy does beside the published comparison."""
    for line in table_lines(draws=draws):
        click.echo(line)


def _simulate(asking: Asking, people: int, draws: int, seed: int) -> Summary:
    rng = Random(seed)
    return summarise([simulate_night(asking, World(), people, rng) for _ in range(draws)])
