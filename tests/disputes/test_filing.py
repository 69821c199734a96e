"""Taking cases in: codes, places, parties, and what is refused."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from api.disputes.errors import CaseOver
from api.disputes.service import edit_case, file_case, receive_incident, show_case, show_timeline
from api.disputes.service.receiving import IncidentCase
from api.disputes.service.steps import move_case, own_dispute
from api.disputes.types import CaseEdit, CaseStep, RiskSign, Spot
from api.kernel.errors import Invalid, NotFound, StaleVersion
from api.kernel.geo import Datum, Point
from tests.builders.disputes import Office, invented_card, make_case, make_office, new_case, party
from tests.builders.grids import make_grid, make_station

PLACE = Point(29.7031, 107.3897)


@pytest.fixture
def office(ctx) -> Office:
    return make_office(ctx)


def stored(office: Office, dispute_id, columns="*"):
    return office.base.session.execute(text(f"SELECT {columns} FROM disputes WHERE id = :id"), {"id": dispute_id}).one()


def test_a_case_is_filed_scored_and_known_to_its_receiver(office: Office) -> None:
    dispute_id = make_case(office.officer.ctx, category="0101", signs=frozenset({RiskSign.ALCOHOL}))
    seen = show_case(office.officer.ctx, dispute_id)
    assert (seen.state, seen.category_version, seen.score, seen.colour) == ("reported", 1, 10, "blue")
    assert seen.insiders == [{"person_id": office.officer.id, "why": ["receiver"]}]
    kinds = [event["kind"] for event in show_timeline(office.officer.ctx, dispute_id, after=0, limit=50)]
    assert kinds == ["reported", "scored"]


def test_the_names_lie_sealed(office: Office) -> None:
    dispute_id = make_case(office.mediator.ctx, address="荔枝街道12号")
    row = stored(office, dispute_id, "address, summary")
    parties = office.base.session.execute(text("SELECT name, phone FROM dispute_parties")).all()
    everything = b"".join(bytes(value) for value in (*row, *(value for each in parties for value in each)) if value)
    for word in ("荔枝街道", "王小明", "楼上半夜"):
        assert word.encode() not in everything


def test_everything_wrong_is_said_at_once(office: Office) -> None:
    wrong = new_case(
        category="7777",
        source="pigeon",
        scale="09",
        occurred_at=office.base.now + timedelta(days=1),
        parties=(
            party(" ", document="111", document_number="500102198001010000", phone="12"),
            party("李四", document_number="1", sex="x", agent_of=7),
        ),
    )
    with pytest.raises(Invalid) as refusal:
        file_case(office.mediator.ctx, wrong)
    assert {(issue.pointer, issue.code) for issue in refusal.value.issues} == {
        ("/category", "code_unknown"), ("/source", "code_unknown"), ("/scale", "code_unknown"),
        ("/occurred_at", "in_future"), ("/parties/0/name", "missing"), ("/parties/0/phone", "phone_invalid"),
        ("/parties/0/document_number", "document_number_invalid"), ("/parties/1/document", "document_missing"),
        ("/parties/1/sex", "code_unknown"), ("/parties/1/agent_of", "agent_of_nobody"),
    }  # fmt: skip


def test_a_party_without_document_or_number_is_fine(office: Office) -> None:
    dispute_id = make_case(office.mediator.ctx, parties=(party("无名氏"),))
    [seen] = show_case(office.mediator.ctx, dispute_id).parties
    assert (seen["name"], seen["document_number"], seen["phone"]) == ("无**", None, None)


def test_a_card_tells_a_minor(office: Office) -> None:
    born = f"{office.base.now.year - 10}0101"
    child = party("小明", document="111", document_number=invented_card(born))
    assert stored(office, make_case(office.mediator.ctx, parties=(child,)), "strict").strict
    # What the card says counts more than what was ticked.
    grown = party("大明", document="111", document_number=invented_card(), minor=True)
    assert not stored(office, make_case(office.mediator.ctx, parties=(grown,)), "strict").strict


def test_an_agent_follows_the_one_it_acts_for(office: Office) -> None:
    dispute_id = make_case(office.mediator.ctx, parties=(party("律师", agent_of=1), party("委托人")))
    agent, principal = sorted(
        show_case(office.mediator.ctx, dispute_id).parties, key=lambda each: each["agent_of"] is None
    )
    assert agent["agent_of"] == principal["id"]


def test_the_grid_comes_from_the_place_or_is_named(ctx, office: Office) -> None:
    named = make_case(office.mediator.ctx, unit_id=office.grid_id)
    assert show_case(office.mediator.ctx, named).unit_id == office.grid_id
    nowhere = make_case(office.mediator.ctx, spot=Spot(Point(10.0, 10.0), Datum.WGS84))
    assert show_case(office.mediator.ctx, nowhere).unit_id is None
    foreign = make_grid(ctx, make_station(ctx))
    with pytest.raises(Invalid) as refusal:
        make_case(office.mediator.ctx, unit_id=foreign)
    assert refusal.value.issues[0].pointer == "/unit_id"


def test_acceptance_is_due_at_the_end_of_the_third_working_day(office: Office) -> None:
    friday = office.base.now.replace(year=2026, month=3, day=6, hour=2)
    monday = replace(office.mediator.ctx, now=friday)
    due = stored(office, make_case(monday), "due_at").due_at
    assert due.isoformat() == "2026-03-11T16:00:00+00:00"  # Wednesday, midnight at the station


def test_an_edit_changes_only_what_it_names_and_no_clock(office: Office) -> None:
    dispute_id = make_case(office.mediator.ctx, address="荔枝街道12号")
    before = stored(office, dispute_id, "step_no, step_since, due_at, summary")
    later = replace(office.mediator.ctx, now=office.base.now + timedelta(days=2))
    edit_case(later, CaseEdit(dispute_id, 1, {"category": "0202", "address": None}))
    assert stored(office, dispute_id, "step_no, step_since, due_at, summary") == before
    seen = show_case(office.mediator.ctx, dispute_id)
    assert (seen.category, seen.address, seen.version) == ("0202", None, 2)
    timers = text("SELECT count(*) FROM timers WHERE subject_id = :id")
    assert office.base.session.execute(timers, {"id": dispute_id}).scalar_one() == 1


def test_a_stale_edit_an_unknown_code_and_an_ended_case_are_refused(office: Office) -> None:
    dispute_id = make_case(office.mediator.ctx)
    ctx = office.mediator.ctx
    with pytest.raises(StaleVersion):
        edit_case(ctx, CaseEdit(dispute_id, 7, {"title": "x"}))
    with pytest.raises(Invalid):
        edit_case(ctx, CaseEdit(dispute_id, 1, {"category": "nope"}))
    move_case(ctx, own_dispute(ctx, dispute_id), CaseStep.WITHDRAW)
    with pytest.raises(CaseOver):
        edit_case(ctx, CaseEdit(dispute_id, 1, {"title": "x"}))


def test_a_colleague_outside_the_case_cannot_edit_it(office: Office) -> None:
    dispute_id = make_case(office.mediator.ctx)
    with pytest.raises(NotFound):
        edit_case(office.other.ctx, CaseEdit(dispute_id, 1, {"title": "x"}))


def test_a_code_is_checked_against_the_list_of_the_day(office: Office) -> None:
    early = replace(office.mediator.ctx, now=office.base.now.replace(year=1999))
    with pytest.raises(Invalid):
        make_case(early)


def handed(office: Office, **kw) -> IncidentCase:
    values = {
        "incident_id": office.base.new_id(), "description": "夫妻吵架", "address": "荔枝街道1号", "place": PLACE,
        "datum": Datum.GCJ02, "reported_at": office.base.now, "requester_name": None,
        "requester_phone": "+8613812345678", "category": "0101", "received_by": office.desk.id,
    }  # fmt: skip
    return IncidentCase(**{**values, **kw})


def test_an_incident_becomes_one_case_whatever_is_retried(office: Office) -> None:
    at_station = replace(office.system, actor=replace(office.system.actor, station_id=office.station_id))
    incident = handed(office)
    dispute_id = receive_incident(at_station, incident)
    assert receive_incident(at_station, incident) == dispute_id
    seen = show_case(office.desk.ctx, dispute_id)
    assert (seen.source, seen.incident_id, seen.category) == ("incident", incident.incident_id, "0101")
    assert [each["name"] for each in seen.parties] == ["报**"]


def test_an_unknown_category_of_an_incident_loses_nothing(office: Office) -> None:
    at_station = replace(office.system, actor=replace(office.system.actor, station_id=office.station_id))
    dispute_id = receive_incident(at_station, handed(office, category="moon", description="字" * 3000))
    seen = show_case(office.desk.ctx, dispute_id)
    assert (seen.category, len(seen.summary)) == ("99", 2000)
