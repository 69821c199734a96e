"""Incidents in numbers: what became of them, who was asked, how long it took."""

import io
from datetime import timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import text

from api.grids.types import STATION_ZONE
from api.identity.types import Role
from api.plumbing.context import Ctx
from api.reporting.queries import incident_report
from api.reporting.types import IncidentGrouping, IncidentReport, Period
from tests.builders.identity import bearer, enroll, open_session
from tests.builders.incidents import Scene, dispatch, make_scene, offers, report


@pytest.fixture
def scene(ctx: Ctx) -> Scene:
    return make_scene(ctx, volunteers=12)


def told(scene: Scene, by: IncidentGrouping = IncidentGrouping.KIND, **query) -> IncidentReport:
    today = scene.ctx.now.astimezone(STATION_ZONE).date()
    return incident_report(scene.ctx.session, scene.station_id, period=Period(today, today), by=by, **query)


def answer(scene: Scene, offer_id, *, accepted_s: int | None, arrived_s: int | None = None) -> None:
    """Write what happened to an offer, that many seconds after it was made."""
    scene.ctx.session.execute(
        text(
            "UPDATE offers SET accepted_at = offered_at + make_interval(secs => :accepted), answered_at = offered_at,"
            " arrived_at = offered_at + make_interval(secs => :arrived) WHERE id = :id"
        ),
        {"id": offer_id, "accepted": accepted_s, "arrived": arrived_s},
    )


def test_an_empty_period_has_a_total_and_no_lines(scene: Scene) -> None:
    found = told(scene)
    assert (found.lines, found.total.reported, found.total.to_ask.median_s) == ((), 0, None)


def test_the_first_yes_and_the_first_arrival_are_counted_from_the_first_asking(scene: Scene) -> None:
    incident = report(scene)
    first, second, *others = offers(scene, dispatch(scene, incident))
    answer(scene, second["id"], accepted_s=40, arrived_s=300)
    answer(scene, first["id"], accepted_s=20, arrived_s=500)
    quiet = offers(scene, dispatch(scene, report(scene)))
    total = told(scene).total
    asked = 2 + len(others) + len(quiet)
    assert (total.reported, total.open, total.asked, total.accepted, total.arrived) == (2, 2, asked, 2, 2)
    assert total.unfilled == 1
    assert (total.to_accept.count, total.to_accept.median_s, total.to_arrive.median_s) == (1, 20, 300)


@pytest.mark.parametrize("by", list(IncidentGrouping))
def test_lines_add_up_to_their_total(scene: Scene, by: IncidentGrouping) -> None:
    for _ in range(3):
        dispatch(scene, report(scene))
    found = told(scene, by)
    for name in ("reported", "open", "closed", "cancelled", "unfilled", "asked"):
        assert sum(getattr(line, name) for line in found.lines) == getattr(found.total, name)
    assert found.total.reported == 3


def test_drills_and_other_days_are_not_counted(scene: Scene) -> None:
    drill, old = report(scene), report(scene)
    move = "UPDATE incidents SET drill = :drill, reported_at = reported_at - CAST(:age AS interval) WHERE id = :id"
    for one, is_drill, age in ((drill, True, timedelta()), (old, False, timedelta(days=2))):
        scene.ctx.session.execute(text(move), {"id": one, "drill": is_drill, "age": age})
    assert told(scene).total.reported == 0
    assert told(scene, drills=True).total.reported == 1


def test_the_desk_gets_it_as_a_page_and_as_a_workbook(client, ctx: Ctx, scene: Scene) -> None:
    dispatch(scene, report(scene))
    day = ctx.now.astimezone(STATION_ZONE).date().isoformat()
    chief = bearer(open_session(ctx, enroll(ctx, station_id=scene.station_id, roles=[Role.SUPERVISOR])))
    page = client.get(f"/v1/reports/incidents?first={day}&last={day}&by=month", headers=chief)
    assert (page.status_code, page.json["lines"][0]["key"], page.json["total"]["reported"]) == (200, day[:7], 1)
    sheet = client.get(f"/v1/reports/incidents.xlsx?first={day}&last={day}", headers=chief)
    book = load_workbook(io.BytesIO(sheet.data))
    assert (book.sheetnames, book["警情"].max_row, book["人员"].max_row > 1) == (["警情", "人员"], 3, True)
    volunteer = bearer(open_session(ctx, enroll(ctx, station_id=scene.station_id, roles=[Role.VOLUNTEER])))
    assert client.get(f"/v1/reports/incidents?first={day}&last={day}", headers=volunteer).status_code == 403
