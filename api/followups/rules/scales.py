"""Which colours and rules make a scale, and how its rules are stored."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from api.followups.rules.subjects import fixed_colours
from api.followups.types import NewScale, Outcome, OutcomeRule
from api.kernel.errors import Issue

FEWEST_COLOURS, MOST_COLOURS = 2, 12
MOST_TRIES = 10
# As far back as outcomes are looked at.
LONGEST_STREAK = 20
# What these colours mean everywhere; any other word may stand anywhere between them.
PRINTED_ORDER = ("red", "orange", "yellow", "blue", "white")


def scale_faults(draft: NewScale) -> list[Issue]:
    """What is wrong with the colours and rules; empty when they make a scale."""
    issues = [*_colour_faults(draft)]
    for outcome, rule in draft.rules.items():
        issues += _rule_faults(rule, draft.colours, f"/rules/{outcome}")
    return issues


def _colour_faults(draft: NewScale) -> Iterator[Issue]:
    colours = draft.colours
    if not FEWEST_COLOURS <= len(colours) <= MOST_COLOURS:
        zh = f"等级须为 {FEWEST_COLOURS} 至 {MOST_COLOURS} 个。"
        yield Issue("/colours", "colour_count", zh, f"Give {FEWEST_COLOURS} to {MOST_COLOURS} colours.")
    if len(set(colours)) != len(colours):
        yield Issue("/colours", "colour_twice", "同一等级不能出现两次。", "A colour stands in the list twice.")
    printed = [colour for colour in colours if colour in PRINTED_ORDER]
    if printed != sorted(printed, key=PRINTED_ORDER.index):
        zh = "请由重到轻排列：红、橙、黄、蓝、白。"
        yield Issue("/colours", "gravest_first", zh, "The gravest comes first: red, orange, yellow, blue, white.")
    fixed = fixed_colours(draft.subject_kind)
    if fixed and fixed != set(colours):
        words = sorted(fixed, key=PRINTED_ORDER.index)
        zh, en = f"此类事项须使用这些等级：{'、'.join(words)}。", f"This kind has exactly these: {', '.join(words)}."
        yield Issue("/colours", "colours_fixed", zh, en)


def _rule_faults(rule: OutcomeRule, colours: tuple[str, ...], where: str) -> Iterator[Issue]:
    if rule.to is not None and rule.to not in colours:
        zh, en = f"没有“{rule.to}”这个等级。", f"The scale has no colour {rule.to!r}."
        yield Issue(f"{where}/to", "unknown_colour", zh, en)
    if rule.to is not None and rule.shift:
        yield Issue(f"{where}/shift", "to_or_shift", "to 与 shift 只能填一个。", "Give `to` or `shift`, not both.")
    if abs(rule.shift) >= max(len(colours), 1):
        zh, en = "移动的级数超出等级范围。", "It moves further than the scale is long."
        yield Issue(f"{where}/shift", "shift_range", zh, en)
    if rule.streak > 1 and not rule.shift:
        zh, en = "连续次数只用于 shift。", "A streak only says after how many outcomes `shift` moves."
        yield Issue(f"{where}/streak", "streak_alone", zh, en)
    for name, most in (("streak", LONGEST_STREAK), ("tries", MOST_TRIES)):
        if not 1 <= getattr(rule, name) <= most:
            yield Issue(f"{where}/{name}", "range", f"须为 1 至 {most}。", f"Give 1 to {most}.")


def freeze_rules(rules: Mapping[Outcome, OutcomeRule]) -> dict[str, Any]:
    """The rules as a scale stores them."""
    return {outcome.value: asdict(rule) for outcome, rule in rules.items()}


def thaw_rules(frozen: Mapping[str, Any]) -> dict[Outcome, OutcomeRule]:
    """The rules of a stored scale."""
    return {Outcome(outcome): OutcomeRule(**rule) for outcome, rule in frozen.items()}
