"""How a stand-in misbehaves: settings, and the fate drawn for one request. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import StrEnum
from random import Random
from typing import Any, Self


class Fate(StrEnum):
    """What happens to a request. The first four are not accepted, the others are."""

    FAIL = "fail"
    DROP_REQUEST = "drop_request"
    HANG = "hang"
    THROTTLE = "throttle"
    ANSWER = "answer"
    DROP_REPLY = "drop_reply"
    LATE_REPLY = "late_reply"
    DRIP = "drip"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The fate of one request, the status to answer with, and how long it takes (seconds)."""

    fate: Fate
    status: int = 200
    delay: float = 0.0


@dataclass(frozen=True)
class Faults:
    """Settings both stand-ins know. Rates are 0..1 and share one draw, so they add up."""

    latency_ms: float = 0.0
    jitter_ms: float = 0.0
    failures: dict[str, float] = field(default_factory=dict)
    """Share of requests refused, by HTTP status: {"503": 0.2}."""
    retry_after_s: float | None = None
    throttle_per_s: float | None = None
    drop_request: float = 0.0
    hang: float = 0.0
    drop_reply: float = 0.0
    late_reply: float = 0.0
    late_s: float = 30.0
    drip: float = 0.0
    drip_s: float = 1.0
    """Seconds between two bytes of a dripping reply."""
    revoked: bool = False
    """The account is suspended or its key withdrawn: every credential is refused."""
    seed: int = 1

    def __post_init__(self) -> None:
        total = sum(rate for rate, _ in self.shares())
        if not 0.0 <= total <= 1.0 + 1e-9 or any(rate < 0 for rate, _ in self.shares()):
            raise ValueError(f"rates must lie in 0..1 and add up to at most 1, not {total}")
        if any(not 400 <= int(status) <= 599 for status in self.failures):
            raise ValueError("failures are keyed by an HTTP status from 400 to 599")

    def shares(self) -> list[tuple[float, Verdict]]:
        """Rate and verdict, in a fixed order, so that one draw always means the same."""
        failing = [(rate, Verdict(Fate.FAIL, int(status))) for status, rate in sorted(self.failures.items())]
        return [
            *failing,
            (self.drop_request, Verdict(Fate.DROP_REQUEST)),
            (self.hang, Verdict(Fate.HANG)),
            (self.drop_reply, Verdict(Fate.DROP_REPLY)),
            (self.late_reply, Verdict(Fate.LATE_REPLY)),
            (self.drip, Verdict(Fate.DRIP)),
        ]

    def merged(self, changes: dict[str, Any]) -> Self:
        """A copy with `changes`; an unknown setting or a wrong type is a ValueError."""
        present = {spec.name: getattr(self, spec.name) for spec in fields(self)}
        for name, value in changes.items():
            if name not in present:
                raise ValueError(f"unknown setting: {name}")
            present[name] = _fit(name, value, type(present[name]))
        return type(self)(**present)

    def as_json(self) -> dict[str, Any]:
        """The settings as the control endpoint shows them."""
        shown = {spec.name: getattr(self, spec.name) for spec in fields(self)}
        return {name: sorted(value) if isinstance(value, frozenset) else value for name, value in shown.items()}


def _fit(name: str, value: Any, kind: type) -> Any:
    """The value as the setting holds it. A set of names comes as a JSON list."""
    if kind is frozenset and isinstance(value, list) and all(isinstance(x, str) for x in value):
        return frozenset(value)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if kind in (float, type(None)) and (number or value is None):
        return value
    if kind in (bool, int, dict, str) and isinstance(value, kind):
        return value
    raise ValueError(f"{name} cannot be {value!r}")


def draw_verdict(faults: Faults, key: str, attempt: int) -> Verdict:
    """The verdict on the `attempt`-th request about `key`: same arguments, same verdict.

    Keyed and not taken from one running generator, because concurrent requests arrive in
    another order each time and the run would not repeat.
    """
    random = Random(f"{faults.seed}:{key}:{attempt}")
    delay = (faults.latency_ms + random.uniform(0.0, faults.jitter_ms)) / 1000.0
    position = random.random()
    for rate, verdict in faults.shares():
        if position < rate:
            return Verdict(verdict.fate, verdict.status, delay)
        position -= rate
    return Verdict(Fate.ANSWER, 200, delay)
