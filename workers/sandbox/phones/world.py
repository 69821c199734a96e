"""What all phones share: the seed, the pace of time, and the queue at the door."""

import asyncio
from dataclasses import dataclass, field
from random import Random

AT_ONCE = 4
"""Phones signing in at the same time: a start must not look like an attack on the sign-in."""


@dataclass
class World:
    """`speed` divides every human pause: 20 makes a reply of 45 s take 2.25 s."""

    seed: int = 1
    speed: float = 1.0
    noise: Random = field(default_factory=Random)
    """For what nobody has to repeat: jitter of positions and of heartbeats."""
    starting: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def pause(self, seconds: float) -> None:
        """Let human time pass."""
        await asyncio.sleep(seconds / self.speed)
