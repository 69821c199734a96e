"""A person's visits as iCalendar (RFC 5545): references and modes, no names and no places."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from api.followups.types import Mode, Visit, VisitState
from api.kernel.later import import_later

icalendar = import_later("icalendar")

_WORDS = {
    "zh": {
        Mode.TELEPHONE: "电话回访", Mode.VISIT: "上门回访", Mode.JOINT_VISIT: "联合上门回访",
        "overdue": "已逾期", "calendar": "我的回访",
    },
    "en": {
        Mode.TELEPHONE: "Telephone call", Mode.VISIT: "Visit", Mode.JOINT_VISIT: "Joint visit",
        "overdue": "overdue", "calendar": "My visits",
    },
}  # fmt: skip


def render_calendar(visits: Sequence[Visit], *, now: datetime, language: str = "zh") -> bytes:
    """The open visits as all-day events on their target days; provisional dates are tentative."""
    words = _WORDS[language]
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Gridloop//Visits//ZH")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", words["calendar"])
    for visit in visits:
        calendar.add_component(_event(visit, now, language))
    rendered: bytes = calendar.to_ical()
    return rendered


def _event(visit: Visit, now: datetime, language: str) -> Any:
    words = _WORDS[language]
    late = f" ({words['overdue']})" if visit.state is VisitState.OVERDUE else ""
    event = icalendar.Event()
    event.add("uid", f"{visit.id}@gridloop")
    event.add("dtstamp", now)
    event.add("dtstart", visit.target_on)
    event.add("dtend", visit.target_on + timedelta(days=1))
    event.add("summary", f"{words[visit.mode]} {visit.label}{late}".strip())
    event.add("status", "TENTATIVE" if visit.provisional else "CONFIRMED")
    return event
