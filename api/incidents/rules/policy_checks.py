"""What a policy may say, and what two policies do not share."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict

from api.incidents.rules.states import OPEN_INCIDENT
from api.incidents.types import Colour, Difference, IncidentKind, Policy
from api.kernel.errors import Issue

# Where life may hang on it, people are ranked by their caps, but never left out for them.
LIFE_CRITICAL = frozenset({IncidentKind.URGENT_HELP, IncidentKind.MISSING_PERSON, IncidentKind.HAZARD})
CHANNELS = ("push", "sms", "voice")
LIMITS: dict[str, tuple[float, float]] = {
    "radius_m": (50, 50_000),
    "radius_growth": (1, 4),
    "radius_max_m": (50, 100_000),
    "stale_s": (60, 86_400),
    "candidates": (5, 300),
    "spare": (0, 50),
    "hope": (0.5, 0.999),
    "silence_s": (15, 3_600),
    "expires_s": (60, 86_400),
    "retry_s": (15, 3_600),
    "turn_out_s": (0, 1_800),
    "turn_out_night_s": (0, 1_800),
    "rest_s": (0, 86_400),
    "alerts_per_day": (1, 100),
    "still_s": (30, 7_200),
    "reopen_s": (30, 7_200),
    "arrive_m": (10, 2_000),
    "leave_m": (20, 5_000),
    "dwell_s": (0, 600),
    "welfare_s": (0, 7_200),
    "call_back_tries": (1, 10),
}
_STEP_S = (0, 1_800)
_OVERDUE_S = (60, 14 * 86_400)
_RUNG_S = (0, 86_400)
# What a station's versions are compared by; the rest names the version.
_NAMES = {"version", "kind", "colour", "excluded"}


def faults_in(policy: Policy) -> list[Issue]:
    """Everything wrong with a policy, field by field; empty when it may be used."""
    return [*_out_of_range(policy), *_contradictions(policy), *_ladder_faults(policy), *_rung_faults(policy)]


def differences(before: Policy, after: Policy) -> tuple[Difference, ...]:
    """The fields in which two policies differ, by name; a mapping's entries one by one (`overdue_s.reported`)."""
    old, new = dict(_flat(before)), dict(_flat(after))
    return tuple(
        Difference(name, old.get(name), new.get(name)) for name in sorted(old | new) if _differ(old, new, name)
    )


def _differ(old: dict[str, object], new: dict[str, object], name: str) -> bool:
    return name not in old or name not in new or old[name] != new[name]


def _flat(policy: Policy) -> Iterator[tuple[str, object]]:
    for name, value in asdict(policy).items():
        if name in _NAMES:
            continue
        if isinstance(value, dict):
            yield from ((f"{name}.{key}", each) for key, each in value.items())
        else:
            yield name, list(value) if isinstance(value, tuple) else value


def _out_of_range(policy: Policy) -> Iterator[Issue]:
    for name, limits in LIMITS.items():
        yield from _range_fault(f"/{name}", getattr(policy, name), limits)
    states = {state.value for state in OPEN_INCIDENT}
    if set(policy.overdue_s) != states:
        yield Issue(
            "/overdue_s",
            "states_incomplete",
            "须为每个未结束的状态各写一个时限。",
            "Give every open state its patience.",
        )
    for state, seconds in policy.overdue_s.items():
        yield from _range_fault(f"/overdue_s/{state}", seconds, _OVERDUE_S)


def _range_fault(pointer: str, value: float, limits: tuple[float, float]) -> Iterator[Issue]:
    low, high = limits
    if not low <= value <= high:
        yield Issue(
            pointer, "out_of_range", f"应在 {low:g} 到 {high:g} 之间。", f"Must lie between {low:g} and {high:g}."
        )


def _contradictions(policy: Policy) -> Iterator[Issue]:
    if policy.radius_m > policy.radius_max_m:
        yield Issue(
            "/radius_m", "radius_over_most", "起始半径不能大于最大半径。", "The first radius is beyond the largest."
        )
    if policy.leave_m <= policy.arrive_m:
        yield Issue(
            "/leave_m", "leave_within_arrive", "离开半径须大于到达半径。",
            "The leaving radius must be wider than the arriving one.",
        )  # fmt: skip
    if policy.expires_s < policy.silence_s:
        yield Issue(
            "/expires_s", "expires_before_silence", "有效期不能短于等待答复的时间。",
            "A message must be worth delivering for as long as an answer is waited for.",
        )  # fmt: skip
    if policy.candidates <= policy.spare:
        yield Issue(
            "/candidates", "too_few_candidates", "候选人数须大于多问人数。", "Look at more people than are asked."
        )
    if policy.caps_bind and (policy.kind in LIFE_CRITICAL or policy.colour is Colour.RED):
        yield Issue(
            "/caps_bind", "caps_on_life", "涉及生命安全的警情不得因次数或休息限制而不派人。",
            "Where life is at stake nobody is left out for a cap or for rest.",
        )  # fmt: skip


def _ladder_faults(policy: Policy) -> Iterator[Issue]:
    channels = [step.channel for step in policy.ladder]
    if not channels or len(set(channels)) < len(channels):
        yield Issue(
            "/ladder", "ladder_rungs", "通知阶梯至少一级，且每种方式只用一次。",
            "A ladder has at least one rung, and each channel once.",
        )  # fmt: skip
    for number, step in enumerate(policy.ladder):
        if step.channel not in CHANNELS:
            yield Issue(
                f"/ladder/{number}/channel", "unknown_channel", "没有这种通知方式。", "There is no such channel."
            )
        yield from _range_fault(f"/ladder/{number}/after_s", step.after_s, _STEP_S)


def _rung_faults(policy: Policy) -> Iterator[Issue]:
    rungs = [step.rung for step in policy.next_rungs]
    if _doubled(rungs):
        yield Issue("/next_rungs", "rungs_doubled", "每一级上报只能写一次。", "Each rung stands once.")
    for number, step in enumerate(policy.next_rungs):
        yield from _range_fault(f"/next_rungs/{number}/after_s", step.after_s, _RUNG_S)


def _doubled(values: Iterable[str]) -> bool:
    known = list(values)
    return len(set(known)) < len(known)
