"""How a scale's rules are stored."""

from collections.abc import Mapping
from typing import Any

from api.followups.types import Outcome, OutcomeRule


def thaw_rules(frozen: Mapping[str, Any]) -> dict[Outcome, OutcomeRule]:
    """The rules of a stored scale."""
    return {Outcome(outcome): OutcomeRule(**rule) for outcome, rule in frozen.items()}
