"""Which lists of steps make a plan, and how they are stored in a template version."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from api.followups.types import DayRule, Mode, Step, StepUnit
from api.kernel.errors import Issue

MOST_STEPS = 60
FURTHEST_HOURS = 3 * 366 * 24


def nominal_hours(step: Step) -> int:
    """How far from the settlement a step lies, rest days aside: what steps are ordered by."""
    return step.offset * (24 if step.unit is StepUnit.DAY else 1)


def faults_in(steps: Sequence[Step]) -> list[Issue]:
    """What is wrong with the steps; empty when they make a plan."""
    if not 1 <= len(steps) <= MOST_STEPS:
        return [_issue("/steps", "step_count", f"步骤须为 1 至 {MOST_STEPS} 个。", f"Give 1 to {MOST_STEPS} steps.")]
    issues = [issue for index, step in enumerate(steps) for issue in _faults_of(step, f"/steps/{index}")]
    for index in range(1, len(steps)):
        if nominal_hours(steps[index]) <= nominal_hours(steps[index - 1]):
            issues.append(
                _issue(f"/steps/{index}/offset", "step_order", "各步骤须按时间先后排列。", "Steps must follow in time.")
            )
    return issues


def _faults_of(step: Step, where: str) -> list[Issue]:
    issues = []
    if not 0 <= nominal_hours(step) <= FURTHEST_HOURS:
        issues.append(
            _issue(f"{where}/offset", "offset_range", "须在化解后三年之内。", "It must lie within three years.")
        )
    if not 0 <= step.before <= step.offset:
        issues.append(
            _issue(f"{where}/before", "window", "提前量不能早于化解之时。", "The window opens before the settlement.")
        )
    if step.after < (1 if step.unit is StepUnit.HOUR else 0):
        issues.append(_issue(f"{where}/after", "window", "窗口不能为空。", "The window is empty."))
    if not 0 < step.climbs[0] < step.climbs[1] < step.climbs[2]:
        issues.append(
            _issue(f"{where}/climbs", "climbs", "上报时间须逐级递增。", "Each rung must come after the one before.")
        )
    return issues


def _issue(pointer: str, code: str, zh: str, en: str) -> Issue:
    return Issue(pointer, code, zh, en)


def freeze_steps(steps: Sequence[Step]) -> dict[str, Any]:
    """The steps as a template stores them."""
    return {"steps": [{**asdict(step), "climbs": list(step.climbs)} for step in steps]}


def thaw_steps(frozen: Mapping[str, Any]) -> tuple[Step, ...]:
    """The steps of a stored template; a field added since has its default."""
    return tuple(_thaw(step) for step in frozen["steps"])


def _thaw(stored: Mapping[str, Any]) -> Step:
    words: dict[str, Any] = {
        "mode": Mode(stored["mode"]),
        "unit": StepUnit(stored.get("unit", StepUnit.DAY)),
        "days": DayRule(stored.get("days", DayRule.NEXT_WORKING)),
    }
    if "climbs" in stored:
        words["climbs"] = tuple(stored["climbs"])
    return Step(**{**stored, **words})
