"""What a row is, and what it gets to work with."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from bench.measuring import Report
from bench.settings import environment
from bench.world import World
from deploy.local.cluster import Cluster


@dataclass(frozen=True)
class Bench:
    """A copy of the world, an app on it in this process, and how often to measure."""

    cluster: Cluster
    world: World
    database: str
    app: Flask
    folder: Path
    rounds: int
    times: int

    def environment(self, **more: str) -> dict[str, str]:
        """The environment of a process that works on this copy."""
        return environment(self.cluster, self.database, **more)


@dataclass(frozen=True)
class Row:
    """One promise: its id, what it says, and how it is measured."""

    id: str
    title: str
    run: Callable[[Bench], Report]
