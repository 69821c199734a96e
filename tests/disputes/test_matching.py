"""What belongs together: the same people and places, found without opening a name."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from api.disputes.queries.matches import matches_of
from api.disputes.rules.keys import normal_address, normal_document, normal_name
from api.disputes.rules.matching import say_history
from api.disputes.service import history_of, search_parties, show_case
from api.disputes.types import History, RiskSign, Search
from tests.builders.disputes import Office, couple, invented_card, make_case, make_office, party

HIM, HER = "13812345678", "13912345678"


@pytest.mark.unit
def test_writing_habits_do_not_make_two_people_of_one() -> None:
    assert normal_name("买买提·艾力") == normal_name("买买提艾力 ")
    assert normal_name("Ann  LEE") == normal_name("ann lee")
    assert normal_document("５００１０２ 1990-0101 123x") == "50010219900101123X"
    assert normal_address("荔枝街道 12号-3") == normal_address("荔枝街道12号3")
    assert normal_name("王小明") != normal_name("王晓明")


@pytest.mark.unit
def test_a_history_is_said_in_both_languages() -> None:
    zh, en = say_history(History(4, 60, 3, 3, 1))
    assert zh == "同一双方 60 天内第 4 次报警；同一当事人另有 3 起纠纷；同一地址另有 1 起纠纷。"
    assert en.startswith("The same two: 4 calls in 60 days;")
    assert say_history(History(0, 60, 0, 0, 0)) == ("", "")


@pytest.fixture
def office(ctx) -> Office:
    return make_office(ctx)


def test_this_couple_four_calls_in_sixty_days(office: Office) -> None:
    now = office.base.now
    for days in (70, 40, 20, 5):
        make_case(replace(office.mediator.ctx, now=now - timedelta(days=days)), parties=couple(his_phone=HIM))
    last = make_case(office.mediator.ctx, parties=couple(his_phone=HIM))
    history = show_case(office.mediator.ctx, last).history
    # The one from seventy days ago is history, not part of the window.
    assert (history["pair_calls"], history["same_pair"]) == (4, 4)
    assert "60 天内第 4 次报警" in history["zh"]
    assert len(history["cases"]) == 4
    told = office.base.session.scalars(text("SELECT data FROM dispute_events WHERE kind = 'history' ORDER BY id")).all()
    assert [each["pair_calls"] for each in told] == [2, 3, 3, 4]


def test_repeat_calls_count_as_calls(office: Office) -> None:
    make_case(office.mediator.ctx, parties=couple(his_phone=HIM), repeat_calls=2)
    last = make_case(office.mediator.ctx, parties=couple(his_phone=HIM), repeat_calls=1)
    assert history_of(office.mediator.ctx, [last])[last].pair_calls == 5


def match(office: Office, one, two, **kw):
    """What the second of two cases shares with the first: (pair, party, address), or None."""
    make_case(replace(office.mediator.ctx, now=office.base.now - timedelta(hours=1)), parties=one, **kw)
    second = make_case(office.mediator.ctx, parties=two, **kw)
    found = matches_of(office.base.session, [second], days=730, later=False)[second]
    return None if not found else (found[0].pair, found[0].party, found[0].address)


def test_a_document_or_a_number_is_somebody(office: Office) -> None:
    card = invented_card()
    changed = (party("王小名", document="111", document_number=card),)
    assert match(office, (party(document="111", document_number=card),), changed) == (False, True, False)
    assert match(office, (party("甲", phone=HER),), (party("乙", phone="139 1234 5678"),)) == (False, True, False)


def test_a_name_alone_is_nobody_two_names_are_a_pair(office: Office) -> None:
    assert match(office, (party("张伟"),), (party("张伟"),)) is None
    assert match(office, (party("张伟"), party("刘芳")), (party("刘芳"), party("张伟"))) == (True, True, False)


def test_a_name_at_the_same_address_is_somebody(office: Office) -> None:
    assert match(office, (party("张伟"),), (party("张伟"),), address="荔枝街道12号") == (False, True, True)


def test_namesakes_with_other_documents_are_others(office: Office) -> None:
    one = (party("张伟", document="111", document_number=invented_card()), party("刘芳"))
    two = (party("张伟", document="111", document_number=invented_card()), party("刘芳"))
    assert match(office, one, two) is None


def test_two_people_with_one_number_are_no_pair_of_one(office: Office) -> None:
    one = (party("王五", phone=HIM),)
    two = (party("王五", phone=HIM), party("王五妻", phone=HIM))
    assert match(office, one, two) == (False, True, False)


def test_an_address_is_the_same_however_it_is_written(office: Office) -> None:
    make_case(office.mediator.ctx, address="荔枝街道 12 号-3", parties=(party("甲"),))
    second = make_case(office.mediator.ctx, address="荔枝街道12号3", parties=(party("乙"),))
    assert history_of(office.mediator.ctx, [second])[second].same_address == 1


def test_another_stations_cases_are_not_matched(ctx, office: Office) -> None:
    make_case(make_office(ctx).mediator.ctx, parties=couple(his_phone=HIM))
    last = make_case(office.mediator.ctx, parties=couple(his_phone=HIM))
    assert history_of(office.mediator.ctx, [last])[last].matches == ()


def test_the_history_counts_a_strict_case_and_does_not_name_it(office: Office) -> None:
    make_case(office.other.ctx, parties=couple(his_phone=HIM), signs=frozenset({RiskSign.DOMESTIC_VIOLENCE}))
    last = make_case(office.mediator.ctx, parties=couple(his_phone=HIM))
    history = show_case(office.mediator.ctx, last).history
    assert (history["same_pair"], history["cases"]) == (1, [])


def test_earlier_calls_raise_the_colour(office: Office) -> None:
    for hours in (3, 2, 1):
        then = office.base.now - timedelta(hours=hours)
        last = make_case(replace(office.mediator.ctx, now=then), parties=couple(his_phone=HIM))
    seen = show_case(office.mediator.ctx, last)
    assert [(reason["reason"], reason["evidence"]) for reason in seen.reasons] == [("earlier_same_pair", "2")]
    assert seen.colour == "yellow"


def test_a_search_is_exact_audited_and_says_nothing_in_the_trail(office: Office) -> None:
    card = invented_card()
    dispute_id = make_case(office.mediator.ctx, parties=couple(his_phone=HIM, his_card=card))
    for search in (Search(phone="138 1234 5678"), Search(name="王 小明"), Search(document_number=card.lower())):
        assert [row["dispute_id"] for row in search_parties(office.mediator.ctx, search)] == [dispute_id]
    assert search_parties(office.mediator.ctx, Search(name="王小明", phone=HER)) == []
    trail = office.base.session.execute(
        text("SELECT details FROM audit_entries WHERE action = 'dispute.searched' ORDER BY id")
    ).scalars()
    entries = list(trail)
    assert [entry["by"] for entry in entries] == [["phone"], ["name"], ["document_number"], ["name", "phone"]]
    assert [entry["found"] for entry in entries] == [1, 1, 1, 0]
    assert not any(secret in str(entries) for secret in (HIM, "王小明", card))
