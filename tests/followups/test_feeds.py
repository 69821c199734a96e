"""Calendar addresses: signed, revocable, and telling nothing personal."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from icalendar import Calendar
from sqlalchemy import text

from tests.builders.followups import first_visit, open_plan, run_at
from tests.builders.identity import Enrolled, sign_in


@pytest.fixture
def mediator(app, ctx, town):
    return sign_in(app, ctx, Enrolled(town.mediator, town.station_id, "", ""))


@pytest.fixture
def visit(ctx, town):
    return first_visit(ctx, open_plan(ctx, town, settled_at=ctx.now, colour="red"))


@pytest.fixture
def feed(client, mediator, visit):
    answer = client.post("/v1/me/visit-feeds", headers={**mediator, "Idempotency-Key": "feed"})
    assert answer.status_code == 201
    return answer.json


def path_of(feed) -> str:
    parts = urlsplit(feed["url"])
    return f"{parts.path}?{parts.query}"


def test_a_calendar_program_reads_ones_visits_without_signing_in(client, feed, visit) -> None:
    answer = client.get(path_of(feed))
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    events = Calendar.from_ical(answer.data).walk("VEVENT")
    assert len(events) == 5
    assert events[0]["summary"] == f"联合上门回访 {visit.label}"
    assert events[0].decoded("dtstart") == visit.target_on


def test_it_speaks_english_when_asked(client, feed, visit) -> None:
    answer = client.get(path_of(feed) + "&language=en")
    assert f"Joint visit {visit.label}".encode() in answer.data


def test_an_overdue_visit_says_so(client, ctx, feed, visit) -> None:
    run_at(ctx, visit.overdue_at + timedelta(hours=8))
    assert "已逾期" in client.get(path_of(feed)).data.decode()


def test_a_revoked_address_answers_like_one_that_never_was(client, mediator, feed) -> None:
    for _ in range(2):
        assert client.delete(f"/v1/me/visit-feeds/{feed['id']}", headers=mediator).status_code == 204
    gone, never = client.get(path_of(feed)), client.get("/v1/me/visits.ics?token=AAAA")
    assert gone.status_code == never.status_code == 404
    assert gone.json["code"] == never.json["code"]
    assert client.get("/v1/me/visit-feeds", headers=mediator).json["items"] == []


@pytest.mark.parametrize("spoil", [lambda t: t[:-1], lambda t: t[:-2] + "xx", lambda t: t + "=", lambda t: "é" + t[1:]])
def test_a_forged_address_is_not_found(client, feed, spoil) -> None:
    path, token = path_of(feed).split("token=")
    assert client.get(f"{path}token={spoil(token)}").status_code == 404


def test_somebody_who_left_has_no_calendar(client, ctx, town, feed) -> None:
    ctx.session.execute(text("UPDATE people SET status = 'left' WHERE id = :id"), {"id": town.mediator})
    assert client.get(path_of(feed)).status_code == 404


def test_nobody_revokes_anothers_address(app, client, ctx, town, feed) -> None:
    officer = sign_in(app, ctx, Enrolled(town.officer, town.station_id, "", ""))
    assert client.delete(f"/v1/me/visit-feeds/{feed['id']}", headers=officer).status_code == 404
    assert client.get(path_of(feed)).status_code == 200


def test_five_addresses_are_enough(client, mediator, feed) -> None:
    made = [
        client.post("/v1/me/visit-feeds", headers={**mediator, "Idempotency-Key": f"feed-{number}"})
        for number in range(5)
    ]
    assert [answer.status_code for answer in made] == [201] * 4 + [409]
