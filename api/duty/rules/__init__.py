"""What duty decides: which fix counts, how long duty lasts, how exactly a place is shown."""

from api.duty.rules.fixes import REASONS, judge_fixes, kept, newest_used
from api.duty.rules.periods import DEFAULT_DUTY, check_shift, check_until, default_until, later_of
from api.duty.rules.privacy import USUAL_READINGS, coarse, is_unusual_reading

__all__ = [
    "DEFAULT_DUTY",
    "REASONS",
    "USUAL_READINGS",
    "check_shift",
    "check_until",
    "coarse",
    "default_until",
    "is_unusual_reading",
    "judge_fixes",
    "kept",
    "later_of",
    "newest_used",
]
