"""Who mediates: taken up, refused, a team with a lead, and who was in it before."""

import pytest
from sqlalchemy import text

from api.disputes.errors import BadTeam, CaseOver, ReasonMissing, TeamNeedsLead
from api.disputes.queries.cases import insiders_of
from api.disputes.queries.mediation import decisions_of, has_mediated, mediators_of
from api.disputes.service.decisions import accept_case, refuse_case
from api.disputes.service.teams import set_case_team
from api.disputes.types import InsiderWhy, MediatorKind
from api.disputes.types.mediation import NewMediator, Refusal, TeamOrder
from api.disputes.types.work import RefusalReason
from api.followups.queries import people_behind
from api.followups.types import Owner, OwnerKind
from api.identity.types import Role
from api.kernel.errors import IllegalTransition, NotFound
from tests.builders.disputes import make_case
from tests.builders.followups import messages
from tests.builders.grids import make_station
from tests.builders.identity import enroll
from tests.builders.mediation import accepted, head_of, later, live, office_at, run_timers, team

LEAD = MediatorKind.PEOPLES_MEDIATOR


def test_a_case_is_taken_up_within_three_working_days_or_climbs(ctx) -> None:
    office = office_at(ctx)  # a Monday
    case_id = make_case(office.desk.ctx)
    due_at = head_of(office, case_id).due_at
    assert due_at.isoformat() == "2026-03-12T16:00:00+00:00"  # Thursday, midnight at the station
    run_timers(office, until=later(office, days=3, hours=13).base.now)
    assert messages(ctx) == []
    told = []
    for day in live(later(office, days=4), 14):
        told = [(str(person), template) for person, template, _ in messages(day.base)]
    people = [person for person, template in told if template == "dispute_overdue"]
    assert (
        people.index(str(office.desk.id)) < people.index(str(office.supervisor.id)) < people.index(str(office.chief.id))
    )
    assert head_of(office, case_id).due_at == due_at


def test_taking_a_case_up_stops_its_reminders(ctx) -> None:
    office = office_at(ctx)
    case_id = accepted(office)
    head = head_of(office, case_id)
    assert head.state == "accepted"
    assert head.accepted_at is not None
    assert run_timers(office, until=later(office, days=1).base.now) == 0
    assert [(row.step, row.note) for row in decisions_of(ctx.session, case_id)] == [("accept", None), ("team", None)]


def test_a_refusal_keeps_its_reason_and_ends_the_case(ctx) -> None:
    office = office_at(ctx)
    case_id = make_case(office.desk.ctx)
    refuse_case(office.supervisor.ctx, Refusal(case_id, RefusalReason.IN_COURT, "区法院已立案"))
    assert head_of(office, case_id).state == "refused"
    [decision] = decisions_of(ctx.session, case_id)
    assert (decision.code, decision.note, decision.made_by) == ("in_court", "区法院已立案", office.supervisor.id)
    sealed = ctx.session.execute(text("SELECT note FROM dispute_decisions")).scalar_one()
    assert "区法院".encode() not in bytes(sealed)
    with pytest.raises(IllegalTransition):
        accept_case(office.supervisor.ctx, case_id)
    with pytest.raises(CaseOver):
        team(office, case_id)


def test_another_reason_needs_words(ctx) -> None:
    office = office_at(ctx)
    case_id = make_case(office.desk.ctx)
    with pytest.raises(ReasonMissing):
        refuse_case(office.supervisor.ctx, Refusal(case_id, RefusalReason.OTHER))


def test_another_station_cannot_take_it_up(ctx) -> None:
    office, elsewhere = office_at(ctx), office_at(ctx)
    case_id = make_case(office.desk.ctx)
    with pytest.raises(NotFound):
        accept_case(elsewhere.supervisor.ctx, case_id)


def test_a_team_of_four_kinds_has_one_lead_and_people_without_account(ctx) -> None:
    office = office_at(ctx)
    case_id = accepted(office)
    team(
        office,
        case_id,
        NewMediator(MediatorKind.GRID_OFFICER, office.officer.id),
        NewMediator(MediatorKind.POLICE_OFFICER, office.supervisor.id),
        NewMediator(MediatorKind.OUTSIDE, name="周法官", phone="+8613900000000", organisation="区法院"),
        why="需要法院参与",
    )
    rows = mediators_of(ctx.session, case_id)
    assert [row.kind for row in rows if row.leads] == ["peoples_mediator"]
    assert {row.kind for row in rows} == {kind.value for kind in MediatorKind}
    assert head_of(office, case_id).lead_id == office.mediator.id
    people = {office.mediator.id, office.officer.id, office.supervisor.id}
    insiders = insiders_of(ctx.session, case_id)
    assert {person for person, why in insiders.items() if InsiderWhy.TEAM in why} == people
    assert people_behind(ctx.session, Owner(OwnerKind.TEAM, case_id)) == people
    sealed = ctx.session.execute(text("SELECT name FROM dispute_mediators WHERE name IS NOT NULL")).scalar_one()
    assert "周".encode() not in bytes(sealed)


def test_whoever_comes_is_told_and_whoever_leaves_keeps_a_row(ctx) -> None:
    office = office_at(ctx)
    case_id = accepted(office)
    before = later(office, hours=1)
    team(before, case_id, NewMediator(MediatorKind.GRID_OFFICER, office.officer.id))
    after = later(office, hours=2)
    team(after, case_id)
    history = [(row.person_id, row.joined_at, row.left_at) for row in mediators_of(ctx.session, case_id, past=True)]
    assert history == [
        (office.mediator.id, office.base.now, None),
        (office.officer.id, before.base.now, after.base.now),
    ]
    told = [person for person, template, _ in messages(ctx) if template == "dispute_assigned"]
    assert told == [office.mediator.id, office.officer.id]
    assert has_mediated(ctx.session, case_id, office.officer.id)
    assert office.officer.id not in insiders_of(ctx.session, case_id)


def test_another_lead_is_the_lead_from_now_on(ctx) -> None:
    office = office_at(ctx)
    case_id = accepted(office)
    order = TeamOrder(
        case_id, (NewMediator(LEAD, office.other.id, leads=True), NewMediator(LEAD, office.mediator.id))
    )  # fmt: skip
    set_case_team(later(office, hours=1).supervisor.ctx, order)
    assert head_of(office, case_id).lead_id == office.other.id
    assert [row.person_id for row in mediators_of(ctx.session, case_id)] == [office.other.id, office.mediator.id]


def test_the_same_team_again_changes_nothing(ctx) -> None:
    office = office_at(ctx)
    case_id = accepted(office)
    team(later(office, hours=1), case_id)
    assert len(mediators_of(ctx.session, case_id, past=True)) == 1


@pytest.mark.parametrize("leads", [(False, False), (True, True)])
def test_a_team_has_exactly_one_lead(ctx, leads) -> None:
    office = office_at(ctx)
    case_id = accepted(office)
    people = (office.mediator.id, office.other.id)
    mediators = tuple(NewMediator(LEAD, person, leads=is_lead) for person, is_lead in zip(people, leads, strict=True))
    with pytest.raises(TeamNeedsLead):
        set_case_team(office.supervisor.ctx, TeamOrder(case_id, mediators))


def test_the_lead_is_somebody_with_an_account(ctx) -> None:
    office = office_at(ctx)
    case_id = accepted(office)
    with pytest.raises(TeamNeedsLead):
        set_case_team(office.supervisor.ctx, TeamOrder(case_id, (NewMediator(LEAD, name="老周", leads=True),)))


def test_strangers_and_doubles_are_named_by_their_place(ctx) -> None:
    office = office_at(ctx)
    case_id = accepted(office)
    stranger = enroll(office.base, station_id=make_station(office.base), roles=[Role.MEDIATOR]).id
    wrong = (
        NewMediator(LEAD, stranger),
        NewMediator(LEAD, office.desk.id),  # takes cases in, mediates none
        NewMediator(LEAD, office.mediator.id),
        NewMediator(LEAD),
    )
    with pytest.raises(BadTeam) as refused:
        team(office, case_id, *wrong)
    assert [(issue.pointer, issue.code) for issue in refused.value.issues] == [
        ("/mediators/0/person_id", "named_twice"),
        ("/mediators/1/person_id", "unknown_mediator"),
        ("/mediators/2/person_id", "unknown_mediator"),
        ("/mediators/3/person_id", "named_twice"),
        ("/mediators/4", "person_or_name"),
    ]


def test_a_case_without_a_team_belongs_to_the_ladder(ctx) -> None:
    office = office_at(ctx)
    case_id = accepted(office)
    set_case_team(later(office, hours=1).supervisor.ctx, TeamOrder(case_id, ()))
    assert head_of(office, case_id).lead_id is None
    assert people_behind(ctx.session, Owner(OwnerKind.TEAM, case_id)) == frozenset()
