"""What keeps a settled case from being signed off. Nothing that was promised or planned is left open."""

from collections.abc import Sequence
from dataclasses import dataclass

from api.disputes.types.mediation import Lack
from api.kernel.errors import Issue


@dataclass(frozen=True)
class Standing:
    """How far a case's visits, promises and papers are. `followed`: it has a visit plan that runs."""

    followed: bool
    visits_open: int
    visits_missed: int
    visits_unconfirmed: int
    promises_owed: int
    promises_broken: int
    promises_unproven: int
    sessions_planned: int
    has_agreement: bool


_WORDS: dict[str, tuple[str, str, str]] = {
    "no_visit_plan": ("/visits", "没有回访计划。", "There is no visit plan."),
    "visits_open": ("/visits", "有 {count} 次回访未完成。", "{count} visits are not made yet."),
    "visits_missed": (
        "/visits",
        "有 {count} 次回访逾期未做且未说明。",
        "{count} visits were missed without explanation.",
    ),
    "visits_unconfirmed": (
        "/visits",
        "有 {count} 次上门回访凭证存疑，需他人确认。",
        "{count} visits have doubtful evidence that nobody vouched for.",
    ),
    "promises_owed": ("/obligations", "有 {count} 项约定未履行。", "{count} promises are still owed."),
    "promises_broken": (
        "/obligations",
        "有 {count} 项约定已违约，须履行或由负责人免除。",
        "{count} promises are broken; they have to be kept or waived.",
    ),
    "promises_unproven": ("/obligations", "有 {count} 项履行没有凭证。", "{count} performances have no evidence."),
    "sessions_planned": ("/sessions", "有 {count} 场调解未登记结果。", "{count} sessions have no outcome yet."),
    "no_agreement": ("/agreements", "没有调解协议记录。", "There is no record of the agreement."),
}


def lacks_of(standing: Standing) -> list[Lack]:
    """Everything that is missing; nothing: the case may be signed off."""
    counts = {
        "no_visit_plan": int(not standing.followed),
        "visits_open": standing.visits_open,
        "visits_missed": standing.visits_missed,
        "visits_unconfirmed": standing.visits_unconfirmed,
        "promises_owed": standing.promises_owed,
        "promises_broken": standing.promises_broken,
        "promises_unproven": standing.promises_unproven,
        "sessions_planned": standing.sessions_planned,
        "no_agreement": int(not standing.has_agreement),
    }
    return [Lack(code, count) for code, count in counts.items() if count]


def issues_of(lacks: Sequence[Lack]) -> list[Issue]:
    """The same as a problem document lists it, in both languages."""
    return [issue_of(lack) for lack in lacks]


def issue_of(lack: Lack) -> Issue:
    """One lack in both languages."""
    pointer, zh, en = _WORDS[lack.code]
    return Issue(pointer, lack.code, zh.format(count=lack.count), en.format(count=lack.count))
