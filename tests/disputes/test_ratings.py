"""Ratings: asked by text, shown by GET, given once by POST, on a page without script."""

import re
import secrets
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from api.disputes.queries.mediation import ratings_of
from api.disputes.rules.rating_links import LINK_KEY, rating_path
from api.disputes.service.decisions import accept_case
from api.disputes.service.ratings import ask_for_ratings
from api.disputes.service.reopening import reopen_case
from api.disputes.service.standards import name_insider
from api.notifications.rules.templates import render_sms
from api.plumbing.signing import signer
from tests.builders.disputes import couple, make_case, party
from tests.builders.followups import messages
from tests.builders.mediation import head_of, hold, later, office_at, parties, settle, settled, team

BOTH = {"his_phone": "13812345678", "her_phone": "13912345678"}


def asked(office) -> list[dict[str, str]]:
    return [variables for _, name, variables in messages(office.base) if name == "dispute_rating"]


class Page:
    """A party's browser."""

    def __init__(self, client, path: str, language: str = "zh-CN") -> None:
        self.client, self.path = client, path
        self.host = {"REMOTE_ADDR": f"10.{secrets.randbelow(256)}.{secrets.randbelow(256)}.{secrets.randbelow(256)}"}
        self.headers = {"Accept-Language": language}

    def get(self):
        return self.client.get(self.path, headers=self.headers, environ_base=self.host)

    def post(self, **form: str):
        return self.client.post(self.path, data=form, headers=self.headers, environ_base=self.host)

    def mark(self) -> str:
        return re.search(r'name="mark" value="([^"]+)"', self.get().text)[1]


@pytest.fixture
def office(ctx):
    # Today: the page goes by the database's clock.
    return office_at(ctx, ctx.now)


@pytest.fixture
def case_id(office) -> UUID:
    return settled(office, parties=couple(**BOTH))


@pytest.fixture
def page(office, case_id, client) -> Page:
    return Page(client, asked(office)[0]["_link"])


def test_each_party_is_asked_by_a_link_of_its_own(office, case_id) -> None:
    links = asked(office)
    assert {link["_to"] for link in links} == {"+8613812345678", "+8613912345678"}
    assert len({link["_link"] for link in links}) == 2
    sms = render_sms("dispute_rating", "zh-CN", links[0], "https://gridloop.example")
    assert len(sms) <= 134  # two parts
    assert f"https://gridloop.example{links[0]['_link']}" in sms


def test_looking_rates_nothing(office, case_id, page) -> None:
    for _ in range(3):
        assert page.get().status_code == 200
    assert [row.stars for row in ratings_of(office.base.session, case_id)] == [None, None]


def test_the_page_has_no_script_no_name_and_no_other_address(page) -> None:
    answer = page.get()
    assert "<script" not in answer.text
    assert "http" not in answer.text
    assert "王小明" not in answer.text
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "您对这次调解满意吗" in answer.text
    english = Page(page.client, page.path, language="en")
    assert english.get().text.index("Are you content") < english.get().text.index("您对这次调解满意吗")


def test_one_press_rates_and_thanks_for_ever(office, case_id, page) -> None:
    answer = page.post(mark=page.mark(), stars="4", comment="态度好")
    assert (answer.status_code, answer.location) == (303, page.path)
    assert "评价已收到" in page.get().text
    [row] = [row for row in ratings_of(office.base.session, case_id) if row.stars]
    assert (row.stars, row.comment) == (4, "态度好")
    sealed = office.base.session.execute(
        text("SELECT comment FROM dispute_ratings WHERE stars IS NOT NULL")
    ).scalar_one()
    assert "态度".encode() not in bytes(sealed)
    trail = office.base.session.execute(
        text("SELECT actor_kind, actor_id, station_id FROM audit_entries WHERE action = 'dispute.rated'")
    ).one()
    assert tuple(trail) == ("party", None, office.station_id)


def test_a_second_press_changes_nothing(office, case_id, page) -> None:
    mark = page.mark()
    page.post(mark=mark, stars="5", comment="很好")
    assert page.post(mark=mark, stars="1", comment="不好").status_code == 303
    assert [row.stars for row in ratings_of(office.base.session, case_id) if row.stars] == [5]


@pytest.mark.parametrize("form", [{"stars": "5"}, {"mark": "x", "stars": "5"}, {"mark": "纠", "stars": "5"}])
def test_a_form_of_somebody_elses_making_is_refused(office, case_id, page, form) -> None:
    assert page.post(**form).status_code == 403
    assert not [row for row in ratings_of(office.base.session, case_id) if row.stars]


@pytest.mark.parametrize("stars", ["", "0", "6", "4.5", "五", "5\n"])
def test_what_is_no_rating_is_refused(page, stars) -> None:
    assert page.post(mark=page.mark(), stars=stars).status_code == 400


def test_too_long_a_comment_is_refused(page) -> None:
    assert page.post(mark=page.mark(), stars="5", comment="好" * 501).status_code == 413
    assert page.post(mark="x" * 9000, stars="5").status_code == 413


def test_an_unknown_link_is_a_page_too(client) -> None:
    for path in ("/r/nothing", rating_path(UUID(int=5), signer.key(LINK_KEY)), "/r/" + "纠" * 35):
        answer = Page(client, path).get()
        assert (answer.status_code, answer.mimetype) == (404, "text/html")


def test_an_old_link_says_so(office, case_id, page) -> None:
    office.base.session.execute(text("UPDATE dispute_ratings SET expires_at = now() - interval '1 second'"))
    mark_free = page.get()
    assert (mark_free.status_code, "评价时间已过" in mark_free.text) == (410, True)


def test_who_has_rated_is_not_asked_again_in_the_same_round(office, case_id, page) -> None:
    page.post(mark=page.mark(), stars="5")
    now = later(office, days=1)
    reopen_case(now.supervisor.ctx, case_id, note="再议")
    hold(now, case_id)
    settle(now, case_id)
    assert len(asked(now)) == 4  # another round, another question
    rows = ratings_of(now.base.session, case_id)
    assert sorted((row.round, row.stars is not None) for row in rows) == [
        (1, False), (1, True), (2, False), (2, False),
    ]  # fmt: skip


def test_at_the_signature_only_who_has_not_rated_is_asked_again_by_the_same_link(office, case_id, page) -> None:
    before = {link["_link"] for link in asked(office)}
    page.post(mark=page.mark(), stars="5")
    closed = later(office, days=9)
    ask_for_ratings(closed.system, head_of(closed, case_id), step="closed")
    links = [link["_link"] for link in asked(closed)]
    assert set(links) == before
    assert len(links) == 3
    assert links.count(page.path) == 1
    rows = ratings_of(closed.base.session, case_id)
    office.base.session.expire_all()
    assert {row.expires_at for row in rows} == {
        office.base.now + timedelta(days=30), closed.base.now + timedelta(days=30),
    }  # fmt: skip


def test_nobody_is_texted_who_must_not_be(ctx) -> None:
    office = office_at(ctx)
    settled(office, parties=(party(), party("李小红", phone="023-72223333")))
    assert asked(office) == []
    people = (party(phone="13812345678"), party("李小花", phone="13912345678", minor=True))
    case_id = make_case(office.desk.ctx, parties=people)
    name_insider(office.chief.ctx, case_id, office.supervisor.id)
    accept_case(office.supervisor.ctx, case_id)
    team(office, case_id)
    hold(office, case_id)
    settle(office, case_id)
    assert asked(office) == []
    assert len(parties(office, case_id)) == 2


def test_the_link_outlives_a_week_and_ends(office, case_id) -> None:
    [first, _] = ratings_of(office.base.session, case_id)
    assert first.expires_at == office.base.now + timedelta(days=30)
