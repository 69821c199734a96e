"""What all phones share: the seed, the pace of time, and the queue at the door."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random

AT_ONCE = 4
"""Phones signing in at the same time: a start must not look like an attack on the sign-in."""


async def refuse_subscription(key: str) -> str:
    """There is no Web Push service in this world."""
    raise RuntimeError("a phone wants Web Push, and nobody offers it")


@dataclass
class World:
    """`speed` divides every human pause: 20 makes a reply of 45 s take 2.25 s."""

    seed: int = 1
    speed: float = 1.0
    noise: Random = field(default_factory=Random)
    """For what nobody has to repeat: jitter of positions and of heartbeats."""
    starting: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    subscribe: Callable[[str], Awaitable[str]] = field(default=refuse_subscription)
    """Asks the phone's push service for a subscription, for a sender's key."""

    async def pause(self, seconds: float) -> None:
        """Let human time pass."""
        await asyncio.sleep(seconds / self.speed)
