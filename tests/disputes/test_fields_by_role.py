"""What each role is shown of a case that has everything: the list is written here, and changing it is a decision."""

from dataclasses import asdict
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text

from api.disputes.service import edit_case, list_page, search_parties, show_case, show_parties
from api.disputes.types import CaseEdit, CaseQuery, PartyKind, RiskSign, Search, Spot
from api.kernel.errors import NotFound
from api.kernel.geo import Datum, Point
from tests.builders.disputes import Office, invented_card, make_case, make_office, party

# Texts, figures and places of a case: for its people alone. Everything else of it is codes, ids, counts and moments.
SECRET = {"title", "summary", "address", "place", "place_datum", "organisations", "measures", "amount"}
PARTY_SHOWN = {"name", "phone", "document", "document_number"}  # masked
PARTY_WHOLE = PARTY_SHOWN | {"sex", "born_on", "ethnicity", "education", "address", "workplace", "contact"}
ROW = {
    "id", "ref", "state", "colour", "score", "category", "scale", "source", "strict", "step_since", "due_at", "level",
    "unit_id", "unit_name", "lead_id", "reported_at", "settled_at", "round", "version", "overdue", "parties",
}  # fmt: skip
FOUND = {"dispute_id", "ref", "state", "colour", "category", "party_id", "role", "removed_at"}


@pytest.fixture
def office(ctx) -> Office:
    return make_office(ctx)


def everything(office: Office, **kw):
    someone = party(
        "王小明", kind=PartyKind.NATURAL, phone="13812345678", document="111", document_number=invented_card(),
        sex="1", born_on=date(1980, 1, 1), ethnicity="01", education="60", address="荔枝街道1号", workplace="砖厂",
        contact="王大明",
    )  # fmt: skip
    dispute_id = make_case(
        office.mediator.ctx, title="噪声", address="荔枝街道12号", spot=Spot(Point(29.7, 107.4), Datum.GCJ02),
        amount=Decimal(900), organisations="物业", parties=(someone,), **kw,
    )  # fmt: skip
    edit_case(office.mediator.ctx, CaseEdit(dispute_id, 1, {"measures": "谈话"}))
    return dispute_id


def shown(worker, dispute_id) -> set[str] | None:
    """The secret fields somebody is shown; None for a case that is not there for them."""
    try:
        detail = asdict(show_case(worker.ctx, dispute_id))
    except NotFound:
        return None
    return {name for name in SECRET if detail[name] is not None}


@pytest.mark.parametrize("strict", [False, True])
def test_the_fields_of_a_case_by_role(office: Office, strict: bool) -> None:
    dispute_id = everything(office, signs=frozenset({RiskSign.DOMESTIC_VIOLENCE} if strict else ()))
    everybody = {
        "mediator": SECRET,
        "other": set(),
        "officer": set(),
        "desk": set(),
        "supervisor": SECRET,
        "chief": SECRET,
    }
    if strict:
        nobody = dict.fromkeys(("other", "officer", "desk", "supervisor"))
        everybody = {"mediator": SECRET, **nobody, "chief": set()}
    assert {name: shown(getattr(office, name), dispute_id) for name in everybody} == everybody


def test_even_its_own_people_see_parties_masked_until_they_ask(office: Office) -> None:
    dispute_id = everything(office)
    for worker in (office.mediator, office.other, office.chief):
        [masked] = show_case(worker.ctx, dispute_id).parties
        assert {name for name in PARTY_WHOLE if masked[name] is not None} == PARTY_SHOWN
        assert (masked["name"], masked["phone"]) == ("王**", "138****5678")
        assert masked["document_number"].startswith("*" * 14)
    [whole] = show_parties(office.mediator.ctx, dispute_id)
    assert {name for name in PARTY_WHOLE if whole[name] is not None} == PARTY_WHOLE


def test_a_list_and_a_search_hold_these_fields_and_no_others(office: Office) -> None:
    everything(office)
    for worker in (office.mediator, office.other, office.supervisor, office.chief):
        [row] = list_page(worker.ctx, CaseQuery())
        assert set(row) == ROW
        assert row["parties"] == [{"role": "applicant", "name": "王**"}]
        [found] = search_parties(worker.ctx, Search(phone="13812345678"))
        assert set(found) == FOUND


def test_the_trail_and_the_timeline_hold_no_secret(office: Office) -> None:
    everything(office)
    session = office.base.session
    told = session.scalar(text("SELECT string_agg(data::text, '') FROM dispute_events"))
    trail = session.scalar(text("SELECT string_agg(details::text, '') FROM audit_entries"))
    for word in ("王小明", "13812345678", "荔枝街道", "物业", "谈话", "噪声", "砖厂"):
        assert word not in told + trail
