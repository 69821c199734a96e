"""What duty decides: which fix counts, how long duty lasts, how exactly a place is shown."""

from api.duty.rules.fixes import REASONS, judge_fixes, kept, newest_used
from api.duty.rules.periods import DEFAULT_DUTY, check_shift, check_until, default_until, later_of
from api.duty.rules.privacy import Grain, coarse, grain_for, shown_member

__all__ = [
    "DEFAULT_DUTY",
    "REASONS",
    "Grain",
    "check_shift",
    "check_until",
    "coarse",
    "default_until",
    "grain_for",
    "judge_fixes",
    "kept",
    "later_of",
    "newest_used",
    "shown_member",
]
