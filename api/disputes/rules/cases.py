"""What is wrong with a case as it is reported or edited."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from api.disputes.rules.codes import CodeBook, unknown_codes
from api.disputes.rules.parties import faults_of_agents, faults_of_party
from api.disputes.types import CodeList, NewCase
from api.followups.rules.schedule import station_day
from api.kernel.errors import Issue

CODED = {"category": CodeList.CATEGORY, "source": CodeList.SOURCE, "scale": CodeList.SCALE}
PARTIES = "/parties"


def faults_of_case(new: NewCase, book: CodeBook, now: datetime) -> list[Issue]:
    """Everything wrong with a new case, each with its JSON pointer."""
    today = station_day(now)
    issues = faults_of_fields(
        {**{name: getattr(new, name) for name in CODED}, "occurred_at": new.occurred_at}, book, now
    )
    for index, party in enumerate(new.parties):
        issues += faults_of_party(party, f"{PARTIES}/{index}", book, today)
    return issues + faults_of_agents(new.parties, PARTIES)


def faults_of_fields(fields: Mapping[str, Any], book: CodeBook, now: datetime) -> list[Issue]:
    """What is wrong with some fields of a case."""
    issues = unknown_codes(book, [(f"/{name}", which, fields.get(name)) for name, which in CODED.items()])
    occurred_at = fields.get("occurred_at")
    if occurred_at is not None and occurred_at > now:
        issues.append(Issue("/occurred_at", "in_future", "不能晚于现在。", "It cannot lie ahead."))
    return issues
