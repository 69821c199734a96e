"""Several people at one case at once, on a database where commits are real."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import text

from api.disputes.errors import NotMergeable
from api.disputes.queries.cases import read_case
from api.disputes.service import edit_case, file_case, merge_case, receive_incident
from api.disputes.service.receiving import IncidentCase
from api.disputes.service.steps import move_case, own_dispute
from api.disputes.types import CaseEdit, CaseStep
from api.kernel.errors import IllegalTransition, StaleVersion
from api.kernel.geo import Datum, Point
from api.plumbing.context import SYSTEM, Actor, unit_of_work
from tests.builders.disputes import make_office, new_case


@pytest.fixture
def office(committed_app):
    """(app, the actor of a supervisor), committed."""
    with committed_app.app_context(), unit_of_work(SYSTEM) as ctx:
        actor = make_office(ctx).supervisor.ctx.actor
    return committed_app, actor


def in_parallel(app, count: int, act) -> list:
    def one(number: int):
        with app.app_context():
            return act(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def filed(app, actor: Actor, count: int) -> list:
    with app.app_context(), unit_of_work(actor) as ctx:
        return [file_case(ctx, new_case()) for _ in range(count)]


def test_two_people_who_merge_crosswise_merge_once(office) -> None:
    app, actor = office
    for _ in range(5):
        one, two = filed(app, actor, 2)

        def act(number: int, pair=(one, two)) -> str:
            try:
                with unit_of_work(actor) as ctx:
                    merge_case(ctx, pair[number], into=pair[1 - number])
            except NotMergeable:
                return "too late"
            return "merged"

        assert Counter(in_parallel(app, 2, act)) == {"merged": 1, "too late": 1}


def test_one_incident_carried_over_by_six_jobs_is_one_case(office) -> None:
    app, actor = office
    with app.app_context(), unit_of_work(SYSTEM) as ctx:
        incident_id, now = ctx.new_id(), ctx.now
    case = IncidentCase(
        incident_id, "吵架", None, Point(29.7, 107.4), Datum.WGS84, now, "王五", "+8613812345678", None, actor.person
    )

    def act(_: int):
        with unit_of_work(replace(SYSTEM, station_id=actor.station)) as ctx:
            return receive_incident(ctx, case)

    assert len(set(in_parallel(app, 6, act))) == 1
    with app.app_context(), unit_of_work(SYSTEM) as ctx:
        assert ctx.session.scalar(text("SELECT count(*) FROM disputes")) == 1


def test_of_two_edits_of_one_version_one_wins(office) -> None:
    app, actor = office
    [dispute_id] = filed(app, actor, 1)

    def act(number: int) -> str:
        try:
            with unit_of_work(actor) as ctx:
                edit_case(ctx, CaseEdit(dispute_id, 1, {"people_count": 10 + number}))
        except StaleVersion:
            return "stale"
        return "edited"

    assert Counter(in_parallel(app, 4, act)) == {"edited": 1, "stale": 3}


def test_a_step_taken_by_four_at_once_is_taken_once_and_has_one_clock(office) -> None:
    app, actor = office
    [dispute_id] = filed(app, actor, 1)

    def act(_: int) -> str:
        try:
            with unit_of_work(actor) as ctx:
                move_case(ctx, own_dispute(ctx, dispute_id), CaseStep.ACCEPT)
        except IllegalTransition:
            return "refused"
        return "accepted"

    assert Counter(in_parallel(app, 4, act)) == {"accepted": 1, "refused": 3}
    with app.app_context(), unit_of_work(SYSTEM) as ctx:
        assert read_case(ctx.session, dispute_id, station_id=None).step_no == 2
        waiting = text("SELECT fence FROM timers WHERE subject_id = :id AND state = 'waiting'")
        assert ctx.session.scalars(waiting, {"id": dispute_id}).all() == [2]
