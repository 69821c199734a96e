"""Who may see what, as a table and over the two ways of asking it."""

from uuid import UUID

import pytest
from sqlalchemy import text

from api.disputes.errors import NotASupervisor
from api.disputes.rules.access import Viewer, is_strict, may_see
from api.disputes.service import (
    file_case,
    list_page,
    name_insider,
    search_parties,
    set_team_insiders,
    show_case,
    show_parties,
    unname_insider,
    write_standard,
)
from api.disputes.service.steps import own_dispute
from api.disputes.types import CaseQuery, RiskSign, Search, Sight, StandardKind
from api.identity.types import Role
from api.kernel.errors import NotFound
from tests.builders.disputes import Office, make_case, make_office, new_case, party

HERE, THERE = UUID(int=1), UUID(int=2)
VIOLENT = frozenset({RiskSign.DOMESTIC_VIOLENCE})


@pytest.mark.unit
@pytest.mark.parametrize(
    ("viewer", "ordinary", "strict"),
    [
        (Viewer(THERE, frozenset(Role), insider=True, named=True), Sight.NONE, Sight.NONE),
        (Viewer(HERE, insider=True), Sight.FULL, Sight.FULL),
        (Viewer(HERE, frozenset({Role.MEDIATOR})), Sight.MASKED, Sight.NONE),
        (Viewer(HERE, frozenset({Role.SUPERVISOR})), Sight.FULL, Sight.NONE),
        (Viewer(HERE, frozenset({Role.SUPERVISOR}), named=True), Sight.FULL, Sight.FULL),
        (Viewer(HERE, frozenset({Role.MEDIATOR}), named=True), Sight.MASKED, Sight.NONE),
        (Viewer(HERE, frozenset({Role.STATION_ADMIN})), Sight.FULL, Sight.MASKED),
        (Viewer(None, system=True), Sight.FULL, Sight.FULL),
    ],
)
def test_sight(viewer: Viewer, ordinary: Sight, strict: Sight) -> None:
    assert may_see(viewer, station_id=HERE, strict=False) is ordinary
    assert may_see(viewer, station_id=HERE, strict=True) is strict


@pytest.mark.unit
def test_what_makes_a_case_strict() -> None:
    assert is_strict(VIOLENT, minor=False)
    assert is_strict(frozenset(), minor=True)
    assert not is_strict(frozenset({RiskSign.WEAPON}), minor=False)


@pytest.fixture
def office(ctx) -> Office:
    return make_office(ctx)


def sees(worker, dispute_id) -> str:
    try:
        return "masked" if show_case(worker.ctx, dispute_id).masked else "full"
    except NotFound:
        return "none"


def lists(worker, dispute_id) -> bool:
    return dispute_id in {row["id"] for row in list_page(worker.ctx, CaseQuery())}


@pytest.mark.parametrize("strict", [False, True])
def test_the_list_and_the_case_say_the_same(office: Office, strict: bool) -> None:
    dispute_id = make_case(office.mediator.ctx, signs=VIOLENT if strict else frozenset())
    workers = [office.mediator, office.other, office.officer, office.desk, office.supervisor, office.chief]
    assert [lists(worker, dispute_id) for worker in workers] == [
        sees(worker, dispute_id) != "none" for worker in workers
    ]
    assert sees(office.mediator, dispute_id) == "full"
    assert sees(office.other, dispute_id) == ("none" if strict else "masked")
    assert sees(office.supervisor, dispute_id) == ("none" if strict else "full")
    assert sees(office.chief, dispute_id) == ("masked" if strict else "full")


def test_whoever_leaves_the_team_sees_the_case_no_longer(office: Office) -> None:
    dispute_id = make_case(office.desk.ctx, signs=VIOLENT)
    set_team_insiders(office.desk.ctx, own_dispute(office.desk.ctx, dispute_id), [office.mediator.id])
    # The receiver hands the case on, and the need to know with it.
    assert (sees(office.desk, dispute_id), sees(office.mediator, dispute_id)) == ("none", "full")
    set_team_insiders(office.mediator.ctx, own_dispute(office.mediator.ctx, dispute_id), [office.other.id])
    assert (sees(office.mediator, dispute_id), sees(office.other, dispute_id)) == ("none", "full")


def test_a_supervisor_is_named_for_one_strict_case_or_for_all(office: Office) -> None:
    dispute_id = make_case(office.mediator.ctx, signs=VIOLENT)
    name_insider(office.chief.ctx, dispute_id, office.supervisor.id)
    assert sees(office.supervisor, dispute_id) == "full"
    unname_insider(office.chief.ctx, dispute_id, office.supervisor.id)
    assert sees(office.supervisor, dispute_id) == "none"
    foreign = make_office(office.base).supervisor.id
    for nobody in (office.other.id, foreign):
        with pytest.raises(NotASupervisor):
            name_insider(office.chief.ctx, dispute_id, nobody)
    write_standard(office.chief.ctx, StandardKind.NAMED, {"people": [str(office.supervisor.id)]})
    assert sees(office.supervisor, dispute_id) == "full"


def test_a_minor_makes_a_case_strict_the_moment_they_are_added(office: Office) -> None:
    dispute_id = file_case(office.mediator.ctx, new_case(parties=(party(born_on=None),)))
    assert sees(office.other, dispute_id) == "masked"
    from_birth = file_case(office.mediator.ctx, new_case(parties=(party("小明", minor=True),)))
    assert sees(office.other, from_birth) == "none"


def test_a_colleague_sees_no_text_and_no_place(office: Office) -> None:
    dispute_id = make_case(office.mediator.ctx, address="荔枝街道12号", title="张三与李四噪声纠纷")
    seen = show_case(office.other.ctx, dispute_id)
    assert (seen.title, seen.summary, seen.address, seen.place, seen.amount) == (None,) * 5
    assert [each["name"] for each in seen.parties] == ["王**", "李**"]
    with pytest.raises(NotFound):
        show_parties(office.other.ctx, dispute_id)
    assert [each["name"] for each in show_parties(office.mediator.ctx, dispute_id)] == ["王小明", "李小红"]


def test_another_station_finds_nothing(ctx, office: Office) -> None:
    dispute_id = make_case(office.mediator.ctx, parties=(party(phone="13812345678"),))
    stranger = make_office(ctx).chief
    assert sees(stranger, dispute_id) == "none"
    assert search_parties(stranger.ctx, Search(phone="13812345678")) == []
    assert not lists(stranger, dispute_id)


def test_the_grids_owner_answers_for_a_case_until_it_has_a_lead(office: Office) -> None:
    dispute_id = make_case(office.mediator.ctx, unit_id=office.grid_id)
    assert sees(office.officer, dispute_id) == "full"
    office.base.session.execute(text("UPDATE disputes SET lead_id = :lead"), {"lead": office.mediator.id})
    assert sees(office.officer, dispute_id) == "masked"
    strict = make_case(office.mediator.ctx, unit_id=office.grid_id, signs=VIOLENT)
    assert sees(office.officer, strict) == "none"
