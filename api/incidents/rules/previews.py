"""A planned wave as the dispatcher sees it before going: per need who, who not and why, and what is missing."""

from collections import Counter

from api.incidents.rules.forecast import PRIOR
from api.incidents.rules.outlook import outlook_of
from api.incidents.types import Ask, Considered, Missing, NeedOrder, NeedPreview, WavePlan


def preview_need(need: NeedOrder, ask: Ask, plan: WavePlan) -> NeedPreview:
    """One need of a plan; `ask` is what the plan was made from for it."""
    considered = [entry for entry in plan.considered if entry.need_id == ask.need_id]
    asked = [entry for entry in considered if entry.picked]
    missing = _missing(need, ask, considered, sought=ask.need_id in plan.short)
    return NeedPreview(
        force=need.force,
        skills=sorted(need.skills),
        wanted=need.wanted,
        places=len(asked) + missing.short,
        asked=asked,
        considered=considered,
        missing=missing,
        outlook=outlook_of(need.wanted, [entry.estimate or PRIOR for entry in asked]),
    )


def _missing(need: NeedOrder, ask: Ask, considered: list[Considered], *, sought: bool) -> Missing:
    """`sought`: more are looked for than were found."""
    reasons = Counter(entry.reason.value for entry in considered if not entry.picked)
    asked = len(considered) - reasons.total()
    return Missing(ask.places - asked if sought else 0, max(0, need.wanted - asked), dict(sorted(reasons.items())))
