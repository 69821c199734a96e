"""Disputes in numbers: the sums are the rows, other stations are not in them, and spans are what they say."""

import io
import random
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import openpyxl
import pytest
from sqlalchemy import text

from api.identity.types import Role
from api.plumbing.context import Ctx
from api.reporting.queries import dispute_report
from api.reporting.types import DisputeReport, Grouping, Period, Spread
from tests.builders.followups import MONDAY, Town, make_town, open_plan
from tests.builders.identity import bearer, enroll, open_session

PERIOD = Period(date(2026, 3, 1), date(2026, 3, 31))
STATES = (
    "reported", "accepted", "mediating", "suspended", "settled", "closed", "failed", "handing_over", "handed_over",
    "refused", "merged", "withdrawn",
)  # fmt: skip
ENDED = {"closed", "failed", "handed_over", "refused", "merged", "withdrawn"}
_CASE = text("""
    INSERT INTO disputes (id, station_id, ref, source, category, category_version, scale, summary, people_count, colour,
        score, colour_reasons, weights_version, strict, state, step_since, due_at, round, lead_id, reported_at,
        accepted_at, settled_at, closed_at, ended_at)
    VALUES (:id, :station, :ref, 'counter', :category, 1, '01', :summary, 2, :colour, 0, '[]', 1, false, :state,
        :reported, :due, :round, :lead, :reported, :accepted, :settled, :closed, :ended)
""")


def test_every_line_and_the_total_add_up_to_the_rows(ctx) -> None:
    town, other = make_town(ctx), make_town(ctx)
    draw = random.Random(7)
    inside = sum(_case(ctx, town, **_drawn(draw, town)) is not None for _ in range(150))
    _case(ctx, other, state="reported")
    _case(ctx, town, reported=MONDAY - timedelta(days=30))
    for by in Grouping:
        report = _report(ctx, town, by)
        assert report.all_cases.reported == inside
        for name in ("reported", "open", "settled", "closed", "failed", "elsewhere", "dropped", "relapsed", "overdue"):
            assert sum(getattr(line, name) for line in report.cases) == getattr(report.all_cases, name), (by, name)
        for line in (*report.cases, report.all_cases):
            parts = line.open + line.settled + line.closed + line.failed + line.elsewhere + line.dropped
            assert parts == line.reported
    assert _rows(ctx, town, "state IN ('refused', 'merged', 'withdrawn')") == report.all_cases.dropped
    assert _rows(ctx, town, "round > 1") == report.all_cases.relapsed
    assert 0 < report.all_cases.relapsed < inside


def test_spans_are_counted_from_the_report(ctx) -> None:
    town = make_town(ctx)
    for hours in (1, 2, 3, 40):
        _case(ctx, town, state="accepted", accepted=MONDAY + timedelta(hours=hours))
    accepting = _report(ctx, town).all_cases.accepting
    assert accepting.count == 4
    assert accepting.median_s == pytest.approx(2.5 * 3600)
    assert accepting.p90_s == pytest.approx((3 + 0.7 * 37) * 3600)
    assert _report(ctx, town).all_cases.settling == Spread(0, None, None)


def test_a_party_with_an_earlier_case_makes_it_a_repeat(ctx) -> None:
    town = make_town(ctx)
    first, second, third = (_case(ctx, town, reported=MONDAY + timedelta(days=day)) for day in range(3))
    for case, phone in ((first, b"a"), (second, b"a"), (third, b"b")):
        _party(ctx, town, case, phone)
    assert _report(ctx, town).all_cases.repeat == 1


def test_days_are_the_stations(ctx) -> None:
    town = make_town(ctx)
    # The evening of 28 February in UTC is the morning of 1 March at the station.
    _case(ctx, town, reported=PERIOD.since)
    _case(ctx, town, reported=PERIOD.since - timedelta(seconds=1))
    _case(ctx, town, reported=PERIOD.until - timedelta(seconds=1))
    _case(ctx, town, reported=PERIOD.until)
    assert _report(ctx, town).all_cases.reported == 2


def test_visits_count_by_what_became_of_them(ctx) -> None:
    town = make_town(ctx)
    plan = open_plan(ctx, town, settled_at=MONDAY)
    subject = ctx.session.scalar(text("SELECT subject_id FROM visit_plans WHERE id = :id"), {"id": plan})
    _case(ctx, town, id_=subject)
    report = _report(ctx, town)
    visits = ctx.session.scalar(text("SELECT count(*) FROM visits WHERE plan_id = :id"), {"id": plan})
    assert report.all_visits.visits == visits == report.all_visits.open
    assert report.all_visits.completion is None
    ctx.session.execute(text("UPDATE visits SET state = 'done', next_step_at = NULL WHERE number = 1"))
    ctx.session.execute(text("UPDATE visits SET state = 'missed', next_step_at = NULL WHERE number = 2"))
    done = _report(ctx, town).all_visits
    assert (done.done, done.missed, done.completion) == (1, 1, 0.5)


def test_over_http_as_numbers_and_as_a_workbook(client, ctx) -> None:
    town = make_town(ctx)
    for _ in range(3):
        _case(ctx, town, lead=town.mediator)
    _case(ctx, town, state="settled", settled=MONDAY + timedelta(days=2), lead=town.mediator)
    chief = bearer(open_session(ctx, enroll(ctx, station_id=town.station_id, roles=[Role.SUPERVISOR])))
    days = "first=2026-03-01&last=2026-03-31"
    answer = client.get(f"/v1/reports/disputes?{days}&by=colour", headers=chief)
    assert answer.status_code == 200
    [mediator] = answer.json["mediators"]
    assert (mediator["person_id"], mediator["leading"], mediator["settled"]) == (str(town.mediator), 4, 1)
    assert answer.json["all_cases"]["reported"] == 4
    book = openpyxl.load_workbook(
        io.BytesIO(client.get(f"/v1/reports/disputes.xlsx?{days}", headers=chief).data), read_only=True
    )
    assert book.sheetnames == ["纠纷", "回访", "调解人员"]
    assert [row[0] for row in book["纠纷"].iter_rows(values_only=True)][-1] == "合计"
    assert _rows(ctx, town, "true", table="audit_entries", where="action = 'report.exported'") == 1


@pytest.mark.parametrize("days", ["first=2026-03-31&last=2026-03-01", "first=2020-01-01&last=2026-01-01", "first=x"])
def test_days_that_make_no_period_are_refused(client, ctx, days: str) -> None:
    town = make_town(ctx)
    chief = bearer(open_session(ctx, enroll(ctx, station_id=town.station_id, roles=[Role.SUPERVISOR])))
    assert client.get(f"/v1/reports/disputes?{days}", headers=chief).status_code == 422


def _report(ctx: Ctx, town: Town, by: Grouping = Grouping.COLOUR) -> DisputeReport:
    return dispute_report(ctx.session, town.station_id, period=PERIOD, by=by, now=MONDAY + timedelta(days=7))


def _drawn(draw: random.Random, town: Town) -> dict[str, Any]:
    return {
        "state": draw.choice(STATES),
        "category": draw.choice(["0101", "0201", "06", "99"]),
        "colour": draw.choice(["red", "orange", "yellow", "blue", "white"]),
        "reported": MONDAY + timedelta(hours=draw.randrange(300)),
        "round": draw.choice([1, 1, 1, 2]),
        "lead": draw.choice([None, town.mediator]),
        "due": draw.choice([None, MONDAY + timedelta(days=draw.randrange(14))]),
    }


def _case(ctx: Ctx, town: Town, *, id_: UUID | None = None, **given: Any) -> UUID:
    id_ = id_ or ctx.new_id()
    values = {
        "id": id_, "station": town.station_id, "ref": id_.hex[-8:], "category": "0201", "summary": b"x",
        "colour": "yellow", "state": "reported", "reported": MONDAY, "due": None, "round": 1, "lead": None,
        "accepted": None, "settled": None, "closed": None, **given,
    }  # fmt: skip
    values["ended"] = values["reported"] if values["state"] in ENDED else None
    if values["ended"]:
        values["due"] = None
    ctx.session.execute(_CASE, values)
    return id_


def _party(ctx: Ctx, town: Town, case: UUID, phone: bytes) -> None:
    ctx.session.execute(
        text(
            "INSERT INTO dispute_parties (id, dispute_id, station_id, role, kind, minor, name, name_index, phone,"
            " phone_index, added_at) VALUES (:id, :case, :station, 'applicant', 'natural', false, 'x', 'x', 'x',"
            " :phone, now())"
        ),
        {"id": ctx.new_id(), "case": case, "station": town.station_id, "phone": phone},
    )


def _rows(ctx: Ctx, town: Town, condition: str, *, table: str = "disputes", where: str | None = None) -> int:
    where = where or f"{condition} AND reported_at BETWEEN '2026-03-01+08' AND '2026-04-01+08'"
    return ctx.session.scalar(
        text(f"SELECT count(*) FROM {table} WHERE {where} AND station_id = :station"), {"station": town.station_id}
    )
