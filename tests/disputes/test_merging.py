"""Two cases that are one, and one that is two."""

import pytest
from sqlalchemy import text

from api.disputes.errors import MergedIntoItself, NobodyLeft, NotMergeable
from api.disputes.service import (
    add_party,
    edit_party,
    merge_case,
    remove_party,
    search_parties,
    show_case,
    show_parties,
    show_timeline,
    split_case,
)
from api.disputes.service.merging import NewSplit
from api.disputes.service.steps import move_case, own_dispute
from api.disputes.types import CaseStep, PartyEdit, PartyRole, RiskSign, Search
from api.kernel.errors import Invalid, NotFound, StaleVersion
from tests.builders.disputes import Office, couple, make_case, make_office, party

HIM = "13812345678"


@pytest.fixture
def office(ctx) -> Office:
    return make_office(ctx)


@pytest.fixture
def desk(office: Office):
    """Somebody who sees every ordinary case whole."""
    return office.supervisor


def names(office: Office, dispute_id) -> list[str]:
    return sorted(each["name"] for each in show_parties(office.supervisor.ctx, dispute_id))


def test_a_merged_case_points_to_the_survivor_and_nothing_is_lost(office: Office, desk) -> None:
    kept = make_case(office.mediator.ctx, parties=couple(his_phone=HIM), repeat_calls=1)
    gone = make_case(
        office.other.ctx, parties=(*couple(his_phone=HIM), party("邻居", role=PartyRole.THIRD)),
        signs=frozenset({RiskSign.ALCOHOL}), repeat_calls=1,
    )  # fmt: skip
    merge_case(desk.ctx, gone, into=kept)
    merged, survivor = show_case(desk.ctx, gone), show_case(desk.ctx, kept)
    assert (merged.state, merged.merged_into, merged.due_at) == ("merged", kept, None)
    assert [each["id"] for each in survivor.merged] == [gone]
    # Whoever stands in both stands there once; the others come along.
    assert names(office, kept) == ["李小红", "王小明", "邻居"]
    assert (survivor.repeat_calls, survivor.signs) == (3, ["alcohol"])
    kinds = {event["kind"] for event in show_timeline(desk.ctx, kept, after=0, limit=100)}
    assert {"merged_in", "merged", "reported"} <= kinds
    assert {row["dispute_id"] for row in search_parties(desk.ctx, Search(phone=HIM))} == {kept, gone}


def test_the_people_of_the_merged_case_know_the_survivor(office: Office, desk) -> None:
    kept, gone = make_case(office.mediator.ctx), make_case(office.other.ctx)
    merge_case(desk.ctx, gone, into=kept)
    assert not show_case(office.other.ctx, kept).masked


def test_nobody_follows_a_chain(office: Office, desk) -> None:
    first, second, third = (make_case(office.mediator.ctx) for _ in range(3))
    merge_case(desk.ctx, first, into=second)
    merge_case(desk.ctx, second, into=third)
    assert show_case(desk.ctx, first).merged_into == third


def test_merging_a_violent_case_makes_the_survivor_strict(office: Office) -> None:
    kept = make_case(office.mediator.ctx)
    gone = make_case(office.mediator.ctx, signs=frozenset({RiskSign.DOMESTIC_VIOLENCE}))
    merge_case(office.mediator.ctx, gone, into=kept)
    assert show_case(office.mediator.ctx, kept).strict
    with pytest.raises(NotFound):
        show_case(office.other.ctx, kept)


def test_what_cannot_be_merged(office: Office, desk) -> None:
    one, two = make_case(office.mediator.ctx), make_case(office.mediator.ctx)
    with pytest.raises(MergedIntoItself):
        merge_case(desk.ctx, one, into=one)
    with pytest.raises(NotFound):
        merge_case(office.other.ctx, one, into=two)
    foreign = make_case(make_office(office.base).mediator.ctx)
    for pair in ((one, foreign), (foreign, one)):
        with pytest.raises(NotFound):
            merge_case(desk.ctx, pair[0], into=pair[1])
    move_case(desk.ctx, own_dispute(desk.ctx, two), CaseStep.WITHDRAW)
    for pair in ((one, two), (two, one)):
        with pytest.raises(NotMergeable):
            merge_case(desk.ctx, pair[0], into=pair[1])


def test_a_case_merges_into_a_settled_one_but_a_settled_one_never(office: Office, desk) -> None:
    settled, fresh = make_case(office.mediator.ctx), make_case(office.mediator.ctx)
    head = own_dispute(desk.ctx, settled)
    for step in (CaseStep.ACCEPT, CaseStep.BEGIN, CaseStep.SETTLE):
        head = move_case(desk.ctx, head, step)
    with pytest.raises(NotMergeable):
        merge_case(desk.ctx, settled, into=fresh)
    merge_case(desk.ctx, fresh, into=settled)
    assert show_case(desk.ctx, settled).state == "settled"


def ids(office: Office, dispute_id) -> dict[str, object]:
    return {each["name"]: each["id"] for each in show_parties(office.supervisor.ctx, dispute_id)}


def test_a_split_takes_the_chosen_parties_and_their_agents(office: Office, desk) -> None:
    parties = (party("甲"), party("乙"), party("丙"), party("丙的律师", agent_of=2))
    dispute_id = make_case(office.mediator.ctx, parties=parties)
    new_id = split_case(desk.ctx, NewSplit(dispute_id, (ids(office, dispute_id)["丙"],), category="0801"))
    assert names(office, dispute_id) == ["乙", "甲"]
    assert names(office, new_id) == ["丙", "丙的律师"]
    split = show_case(office.mediator.ctx, new_id)
    assert (split.split_from, split.category, split.state, split.masked) == (dispute_id, "0801", "reported", False)
    kinds = [event["kind"] for event in show_timeline(desk.ctx, dispute_id, after=0, limit=50)]
    assert "split_off" in kinds


def test_a_split_leaves_somebody_and_takes_nobody_of_another_case(office: Office, desk) -> None:
    dispute_id = make_case(office.mediator.ctx, parties=(party("甲"), party("乙")))
    other = make_case(office.mediator.ctx, parties=(party("丁"),))
    with pytest.raises(NobodyLeft):
        split_case(desk.ctx, NewSplit(dispute_id, tuple(ids(office, dispute_id).values())))
    with pytest.raises(NotFound):
        split_case(desk.ctx, NewSplit(dispute_id, tuple(ids(office, other).values())))
    with pytest.raises(Invalid):
        split_case(desk.ctx, NewSplit(dispute_id, (ids(office, dispute_id)["甲"],), category="moon"))


def test_a_party_is_added_corrected_and_taken_out(office: Office) -> None:
    ctx = office.mediator.ctx
    dispute_id = make_case(ctx, parties=(party("甲"),))
    added = add_party(ctx, dispute_id, party("乙", phone="139 1234 5678"))
    edit_party(ctx, PartyEdit(dispute_id, added, 1, {"name": "乙某", "minor": True}))
    assert show_case(ctx, dispute_id).strict
    with pytest.raises(StaleVersion):
        edit_party(ctx, PartyEdit(dispute_id, added, 1, {"name": "丙"}))
    assert [row["dispute_id"] for row in search_parties(ctx, Search(name="乙某"))] == [dispute_id]
    remove_party(ctx, dispute_id, added)
    remove_party(ctx, dispute_id, added)
    assert names(office, dispute_id) == ["甲"]
    assert not show_case(office.mediator.ctx, dispute_id).strict
    # Whoever was in it can still be found.
    assert search_parties(office.mediator.ctx, Search(name="乙某"))[0]["removed_at"] is not None


def test_every_reading_of_a_party_is_in_the_trail(office: Office) -> None:
    dispute_id = make_case(office.mediator.ctx)
    show_case(office.other.ctx, dispute_id)
    show_parties(office.mediator.ctx, dispute_id)
    rows = office.base.session.execute(
        text("SELECT action, actor_id, details FROM audit_entries WHERE subject_id = :id ORDER BY id"),
        {"id": dispute_id},
    ).all()
    assert [(row.action, row.actor_id) for row in rows[1:]] == [
        ("dispute.read", office.other.id), ("dispute.parties_read", office.mediator.id),
    ]  # fmt: skip
    assert rows[1].details["masked"] is True
    assert len(rows[2].details["parties"]) == 2
