"""What the comparison found, and which of it was meant."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple


class Finding(NamedTuple):
    """One way in which an old client breaks. `key` is stable: an allow-list names it."""

    rule: str
    where: str
    sentence: str

    @property
    def key(self) -> str:
        """What the allow-list calls it."""
        return f"{self.rule} {self.where}"


def excuse(findings: Iterable[Finding], allowed: Mapping[str, str]) -> tuple[list[Finding], list[str]]:
    """Findings without a reason in the allow-list, and entries of the list that excuse nothing any more.

    A reason must say something: an empty one excuses nothing.
    """
    found: Sequence[Finding] = list(findings)
    reasons = {key for key, reason in allowed.items() if reason.strip()}
    left = [finding for finding in found if finding.key not in reasons]
    return left, sorted(set(allowed) - {finding.key for finding in found})
