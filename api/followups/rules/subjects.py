"""Which job hears of a contact, by the kind of subject.

followups must not import the areas above it, so the hand-over is a job row in the transaction of the contact. The row's
subject is the followed subject's id; its args are `ContactNews` as plain JSON. A kind without a job is followed all the
same, and nobody above hears of it.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from api.followups.types import ANY

SUBJECT_JOBS: dict[str, str] = {"dispute": "workers.jobs.disputes.contact_reported"}

# What a kind's own area grades its subjects with, gravest first: a scale for it can have neither fewer nor more.
SUBJECT_COLOURS: dict[str, tuple[str, ...]] = {"dispute": ("red", "orange", "yellow", "blue", "white")}


def fixed_colours(subject_kind: str) -> frozenset[str]:
    """The colours a scale for this kind must consist of; empty where it may have any.

    The scale for any kind serves the graded kinds as well.
    """
    kinds = SUBJECT_COLOURS if subject_kind == ANY else {subject_kind}
    return frozenset(colour for kind in kinds for colour in SUBJECT_COLOURS.get(kind, ()))


@dataclass(frozen=True)
class ContactNews:
    """What the subject's area learns. `colour` is the plan's after the contact; `complete`: nothing is left to do.

    `bears`: false when a later contact or settlement has overtaken this one; then it is history, not news.
    """

    plan_id: UUID
    visit_id: UUID
    contact_id: UUID
    outcome: str
    colour_was: str
    colour: str
    relapsed: bool
    bears: bool
    complete: bool
    occurred_at: str
    visited_by: UUID

    def args(self) -> dict[str, Any]:
        """The news as a job row carries it."""
        return {name: str(value) if isinstance(value, UUID) else value for name, value in vars(self).items()}
