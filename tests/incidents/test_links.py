"""The one-tap link: its token, its page, and a whole task done without the app."""

import io
import itertools
import re
import secrets
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from api.identity.types import Role
from api.incidents import service
from api.incidents.rules import links
from api.incidents.types import Decision, NewReview, OfferState, StandDown
from api.incidents.types.links import LinkStage
from api.plumbing.outbox import OutboxMessage
from api.plumbing.signing import signer
from tests.builders.files import jpeg
from tests.builders.identity import sign_in
from tests.builders.incidents import Scene, Somebody, make_scene
from tests.builders.on_scene import strike_moving, strike_welfare
from tests.incidents.test_http import Caller, dispatched, filed

KEY = b"k" * 32
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRETS = ("老人在楼道跌倒", "李", "1381234")
_hosts = itertools.count()


@pytest.mark.unit
class TestToken:
    @given(st.uuids())
    def test_it_is_short_and_comes_back_as_the_offer(self, offer_id: UUID) -> None:
        path = links.link_path(offer_id, KEY)
        assert len(path) <= 40
        assert links.read_token(path.removeprefix("/t/"), KEY) == offer_id

    @given(st.uuids(), st.integers(0, 34), st.characters(codec="ascii"))
    def test_one_changed_character_makes_it_worthless(self, offer_id: UUID, where: int, letter: str) -> None:
        token = links.link_token(offer_id, KEY)
        changed = token[:where] + letter + token[where + 1 :]
        assert (links.read_token(changed, KEY) is None) == (changed != token)

    @given(st.text(max_size=60))
    def test_anything_else_is_no_token(self, text_: str) -> None:
        assert links.read_token(text_, KEY) is None

    @given(st.uuids(), st.uuids(), st.sampled_from(sorted(links.ACTIONS)))
    def test_a_mark_holds_for_its_offer_and_stage_only(self, one: UUID, other: UUID, stage: LinkStage) -> None:
        mark = links.form_mark(one, stage, KEY)
        assert links.read_mark(mark, one, KEY) is stage
        assert links.read_mark(mark, one, b"o" * 32) is None
        assert (links.read_mark(mark, other, KEY) is None) == (one != other)
        assert links.read_mark(links.link_token(one, KEY), one, KEY) is None

    def test_another_key_opens_nothing(self) -> None:
        assert links.read_token(links.link_token(UUID(int=1), KEY), b"o" * 32) is None


@pytest.mark.unit
class TestStage:
    @pytest.mark.parametrize("state", list(OfferState))
    def test_every_state_has_a_page_and_ends(self, state: OfferState) -> None:
        for age in (timedelta(), timedelta(days=2), timedelta(days=30)):
            stage = links.stage_of(state, NOW, NOW + age, reported=False)
            assert stage is LinkStage.EXPIRED or age < links.LIFE_AFTER_EXPIRY

    def test_an_offer_expires_and_a_task_does_not_yet(self) -> None:
        assert links.stage_of(OfferState.OFFERED, NOW, NOW - timedelta(seconds=1), reported=False) is LinkStage.ASK
        assert links.stage_of(OfferState.SILENT, NOW, NOW, reported=False) is LinkStage.EXPIRED
        assert links.stage_of(OfferState.ARRIVED, NOW, NOW, reported=False) is LinkStage.ARRIVED
        assert links.stage_of(OfferState.DONE, NOW, NOW, reported=False) is LinkStage.REPORT
        assert links.stage_of(OfferState.DONE, NOW, NOW, reported=True) is LinkStage.THANKS


class Page:
    """Somebody with an old phone who has one link."""

    def __init__(self, client: FlaskClient, offer_id: UUID, language: str = "zh-CN") -> None:
        self.client, self.path = client, links.link_path(offer_id, signer.key(links.LINK_KEY))
        # Addresses of their own, since the limiter counts on between tests.
        self.host = {"REMOTE_ADDR": f"10.{secrets.randbelow(256)}.{secrets.randbelow(256)}.{next(_hosts) % 256}"}
        self.headers = {"Accept-Language": language}

    def get(self, **headers: str):
        return self.client.get(self.path, headers=self.headers | headers, environ_base=self.host)

    def post(self, **form):
        return self.client.post(self.path, data=form, headers=self.headers, environ_base=self.host)

    def mark(self) -> str:
        return re.search(r'name="mark" value="([^"]+)"', self.get().text)[1]

    def press(self, action: str, **form: str):
        """Press a button of the page as it is now, and follow to the page after it."""
        answer = self.post(mark=self.mark(), action=action, **form)
        assert (answer.status_code, answer.location) == (303, self.path), answer.text
        return self.get()


@pytest.fixture
def scene(ctx) -> Scene:
    return make_scene(ctx, volunteers=3)


@pytest.fixture
def desk(app, client, scene: Scene) -> Caller:
    return Caller(client, sign_in(app, scene.ctx, scene.desk[Role.DISPATCHER].person))


@pytest.fixture
def asked(desk: Caller, scene: Scene) -> dict:
    """The first offer of a dispatch, as the desk lists it."""
    return dispatched(desk, filed(desk)["id"])["offers"][0]


@pytest.fixture
def page(client, asked: dict) -> Page:
    return Page(client, UUID(asked["id"]))


@pytest.fixture
def person(asked: dict, scene: Scene) -> Somebody:
    return scene.of_text(asked["person_id"])


def state_of(scene: Scene, offer_id: str) -> str:
    return scene.base.session.scalar(text("SELECT state FROM offers WHERE id = :id"), {"id": offer_id})


def trail(scene: Scene, offer_id: str) -> list[tuple]:
    query = text(
        "SELECT action, actor_kind, actor_id, details FROM audit_entries WHERE subject_id = :id AND action LIKE 'link%'"
        " ORDER BY id"
    )
    return [tuple(row) for row in scene.base.session.execute(query, {"id": offer_id})]


def test_a_whole_task_by_link(page: Page, asked: dict, person: Somebody, scene: Scene) -> None:
    before = page.get()
    assert before.status_code == 200
    assert "您能去吗" in before.text
    assert "Can you go?" in before.text
    assert not [secret for secret in SECRETS if secret in before.text]
    accepted = page.press("accept")
    assert "老人在楼道跌倒" in accepted.text
    assert "13812345678" not in accepted.text
    assert state_of(scene, asked["id"]) == "accepted"
    for action, state in (("depart", "on_the_way"), ("arrive", "arrived"), ("finish", "done")):
        assert page.press(action).status_code == 200
        assert state_of(scene, asked["id"]) == state
    thanks = page.press("feedback", outcome="resolved", text="已送医\r\n<script>")
    assert "谢谢" in thanks.text
    assert "<form" not in thanks.text
    query = text("SELECT outcome, person_id FROM feedbacks WHERE offer_id = :id")
    assert tuple(scene.base.session.execute(query, {"id": asked["id"]}).one()) == ("resolved", person.person.id)
    entries = trail(scene, asked["id"])
    assert {(kind, actor, details["channel"]) for _, kind, actor, details in entries} == {
        ("person", person.person.id, "link")
    }
    done = [details["step"] for action, *_, details in entries if action == "link.answered"]
    assert done == ["accept", "depart", "arrive", "finish", "feedback"]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_page_is_small_and_bare(client, asked: dict, language: str) -> None:
    page = Page(client, UUID(asked["id"]), language)
    pages = [page.get(), *(page.press(action) for action in ("accept", "depart", "arrive", "finish"))]
    for answer in pages:
        assert len(answer.data) < 15_000
        assert f'<html lang="{language}">' in answer.text
        assert not re.search(r"<script|<link|<img|src=|https?://|style=\"", answer.text)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"


ROBOTS = [
    {"User-Agent": "WhatsApp/2.23"},
    {"User-Agent": "facebookexternalhit/1.1"},
    {"User-Agent": "Mozilla/5.0 MicroMessenger"},
    {"Purpose": "prefetch"},
    {"Sec-Purpose": "prefetch;prerender"},
    {"X-Purpose": "preview"},
]


def test_looking_never_answers(page: Page, asked: dict, scene: Scene) -> None:
    for headers in [*ROBOTS, {}, {}]:
        answer = page.get(**headers)
        assert answer.status_code == 200
        assert not [secret for secret in SECRETS if secret in answer.text]
    head = page.client.head(page.path, environ_base=page.host)
    assert (head.status_code, head.data) == (200, b"")
    query = {"action": "accept", "mark": page.mark()}
    assert page.client.get(page.path, query_string=query, environ_base=page.host).status_code == 200
    assert page.client.post(page.path, query_string=query, environ_base=page.host).status_code == 400
    assert state_of(scene, asked["id"]) == "offered"
    assert trail(scene, asked["id"]) == []


def test_a_form_that_is_not_of_the_page_is_refused(page: Page, asked: dict, scene: Scene) -> None:
    token = page.path.removeprefix("/t/")
    for mark in ("", "x", "签名", token, links.form_mark(UUID(int=1), LinkStage.ASK, signer.key(links.LINK_KEY))):
        assert page.post(action="accept", mark=mark).status_code == 403
    assert page.post(action="destroy", mark=page.mark()).status_code == 400
    assert page.post(action="decline", reason="<b>", mark=page.mark()).status_code == 400
    assert page.post(action="accept", mark="x" * 20_000).status_code == 413
    assert state_of(scene, asked["id"]) == "offered"


def test_pressing_twice_is_pressing_once(page: Page, asked: dict, scene: Scene) -> None:
    mark = page.mark()
    assert [page.post(action="accept", mark=mark).status_code for _ in range(3)] == [303, 303, 303]
    # The page of before asks for nothing any more, and its other button does nothing either.
    assert page.post(action="decline", mark=mark).status_code == 303
    assert state_of(scene, asked["id"]) == "accepted"
    assert len(trail(scene, asked["id"])) == 1


def test_a_no_has_its_reason_and_another_is_asked(page: Page, asked: dict, scene: Scene) -> None:
    assert "不能前往" in page.press("decline", reason="too_far").text
    query = text("SELECT state, reason FROM offers WHERE id = :id")
    assert tuple(scene.base.session.execute(query, {"id": asked["id"]}).one()) == ("declined", "too_far")


def test_leaving_a_task_by_link(page: Page, asked: dict, scene: Scene) -> None:
    page.press("accept")
    after = page.press("drop_out", reason="not_fit")
    assert (after.status_code, state_of(scene, asked["id"])) == (410, "dropped_out")
    assert "老人" not in after.text


def test_an_expired_offer_is_gone(page: Page, asked: dict, scene: Scene) -> None:
    mark = page.mark()
    past = text("UPDATE offers SET expires_at = now() - interval '1 second' WHERE id = :id")
    scene.base.session.execute(past, {"id": asked["id"]})
    answer = page.get()
    assert (answer.status_code, "<form" in answer.text) == (410, False)
    assert "链接已过期" in answer.text
    assert "expired" in answer.text
    assert page.post(action="accept", mark=mark).status_code == 303
    assert state_of(scene, asked["id"]) == "offered"


def test_a_withdrawn_offer_is_gone(page: Page, asked: dict, scene: Scene) -> None:
    query = text("UPDATE offers SET state = 'withdrawn', reason = :why WHERE id = :id")
    scene.base.session.execute(query, {"id": asked["id"], "why": StandDown.CANCELLED})
    answer = page.get()
    assert answer.status_code == 410
    assert "不再需要" in answer.text
    assert "not needed" in answer.text


@pytest.mark.parametrize("token", ["x", "A" * 35, "%00", "签名", "A" * 500])
def test_a_broken_link_says_so(client, token: str) -> None:
    answer = client.get(f"/t/{token}", environ_base={"REMOTE_ADDR": f"10.9.{secrets.randbelow(256)}.1"})
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    assert "链接无效" in answer.text
    assert "not valid" in answer.text


def test_somebody_barred_has_a_dead_link(page: Page, person: Somebody, scene: Scene) -> None:
    query = text("UPDATE people SET roles = '{}' WHERE id = :id")
    scene.base.session.execute(query, {"id": person.person.id})
    assert page.get().status_code == 404


def test_somebody_busy_elsewhere_reads_why(page: Page, asked: dict, desk: Caller, scene: Scene) -> None:
    other = dispatched(desk, filed(desk)["id"])["offers"]
    mine = next((offer for offer in other if offer["person_id"] == asked["person_id"]), None)
    assert mine is not None
    service.accept_offer(scene.of_text(asked["person_id"]).ctx, UUID(mine["id"]))
    answer = page.post(action="accept", mark=page.mark())
    assert (answer.status_code, answer.mimetype) == (409, "text/html")
    assert "另一项任务" in answer.text
    assert state_of(scene, asked["id"]) == "offered"


def test_one_address_may_not_hammer(client) -> None:
    host = {"REMOTE_ADDR": f"10.8.{secrets.randbelow(256)}.{secrets.randbelow(256)}"}
    codes = [client.get("/t/x", environ_base=host).status_code for _ in range(260)]
    assert codes[0] == 404
    assert 429 in codes
    assert client.get("/t/x", environ_base=host).mimetype == "text/html"


def test_the_text_message_carries_the_link(asked: dict, page: Page, scene: Scene) -> None:
    query = OutboxMessage.__table__.select().where(OutboxMessage.subject_id == UUID(asked["id"]))
    message = scene.base.session.execute(query).one()
    assert (message.channel, message.variables) == ("sms", {"_link": page.path})


def test_what_was_reported_is_text_and_never_markup(client, desk: Caller) -> None:
    incident = filed(desk, description='<script>alert(1)</script>"><form action=x>')["id"]
    page = Page(client, UUID(dispatched(desk, incident)["offers"][0]["id"]))
    shown = page.press("accept").text
    assert "&lt;script&gt;" in shown
    assert "<script" not in shown
    assert "<form action" not in shown


def test_the_page_trusts_no_host_header(page: Page) -> None:
    shown = page.get(Host="evil.example", **{"X-Forwarded-Host": "evil.example"})
    assert "evil" not in shown.text
    answer = page.client.post(
        page.path, data={"mark": page.mark(), "action": "accept"}, headers={"Host": "evil.example"},
        environ_base=page.host,
    )  # fmt: skip
    assert answer.location == page.path


def files_of_offer(scene: Scene, offer_id: str) -> int:
    query = text("SELECT count(*) FROM files WHERE owner_kind = 'offer' AND owner_id = :id AND state = 'claimed'")
    return scene.base.session.scalar(query, {"id": offer_id})


def to_the_report(page: Page) -> None:
    for action in ("accept", "depart", "arrive", "finish"):
        page.press(action)


def picture(content: bytes, name: str = "a.jpg") -> tuple[io.BytesIO, str, str]:
    return io.BytesIO(content), name, "image/jpeg"


class TestPhotos:
    def test_a_report_with_photos(self, page: Page, asked: dict, desk: Caller, scene: Scene) -> None:
        to_the_report(page)
        assert 'enctype="multipart/form-data"' in page.get().text
        form = {"mark": page.mark(), "action": "feedback", "outcome": "resolved", "text": "见照片"}
        sent = page.post(**form, photo=[picture(jpeg()), picture(jpeg(), "b.jpg")])
        assert sent.status_code == 303, sent.text
        assert "谢谢" in page.get().text
        assert files_of_offer(scene, asked["id"]) == 2

    def test_the_empty_field_of_a_browser_is_no_photo(self, page: Page, asked: dict, scene: Scene) -> None:
        to_the_report(page)
        form = {"mark": page.mark(), "action": "feedback", "outcome": "resolved"}
        assert page.post(**form, photo=[picture(b"", "")]).status_code == 303
        assert files_of_offer(scene, asked["id"]) == 0

    def test_what_is_no_photo_is_refused_with_the_whole_report(self, page: Page, asked: dict, scene: Scene) -> None:
        to_the_report(page)
        form = {"mark": page.mark(), "action": "feedback", "outcome": "resolved"}
        refused = page.post(**form, photo=[picture(b"MZ not a picture")])
        assert (refused.status_code, refused.mimetype) == (422, "text/html")
        assert files_of_offer(scene, asked["id"]) == 0
        assert page.post(**{**form, "mark": page.mark()}).status_code == 303

    def test_only_the_page_of_the_report_takes_any(self, page: Page, asked: dict, scene: Scene) -> None:
        form = {"mark": page.mark(), "action": "accept"}
        assert page.post(**form, photo=[picture(jpeg())]).status_code == 403
        assert page.post(mark="", action="feedback", photo=[picture(jpeg())]).status_code == 403
        assert state_of(scene, asked["id"]) == "offered"
        assert files_of_offer(scene, asked["id"]) == 0

    def test_too_many_and_too_large_are_refused(self, page: Page) -> None:
        to_the_report(page)
        form = {"mark": page.mark(), "action": "feedback", "outcome": "resolved"}
        assert page.post(**form, photo=[picture(jpeg()) for _ in range(4)]).status_code == 413
        large = page.client.post(
            page.path, data=b"x" * (10 * 1024 * 1024 + 1), content_type="multipart/form-data; boundary=b",
            environ_base=page.host,
        )  # fmt: skip
        assert large.status_code == 413


def test_a_returned_report_says_why(page: Page, asked: dict, scene: Scene) -> None:
    to_the_report(page)
    page.press("feedback", outcome="resolved")
    incident = scene.base.session.scalar(text("SELECT incident_id FROM offers WHERE id = :id"), {"id": asked["id"]})
    service.review_incident(scene.supervisor, NewReview(incident, Decision.RETURNED, "请写明地点"))
    assert "请写明地点" in page.get().text


def test_the_question_whether_they_come_is_answered_by_link(page: Page, asked: dict, scene: Scene) -> None:
    page.press("accept")
    assert "还能去吗" not in page.get().text
    strike_moving(scene, {"id": UUID(asked["id"])})
    scene.base.session.execute(text("UPDATE approaches SET asked_at = now() - interval '1 second'"))
    assert "还能去吗" in page.get().text
    assert "还能去吗" not in page.press("still_coming").text
    confirmed = text("SELECT confirmed_at FROM approaches WHERE offer_id = :id")
    assert scene.base.session.scalar(confirmed, {"id": asked["id"]}) is not None


def test_the_word_from_the_scene_by_link(client, desk: Caller, scene: Scene) -> None:
    offer = dispatched(desk, filed(desk, colour="red")["id"])["offers"][0]
    page = Page(client, UUID(offer["id"]))
    for action in ("accept", "depart", "arrive"):
        page.press(action)
    strike_welfare(scene, {"id": UUID(offer["id"])})
    assert "是否平安" in page.get().text
    assert "是否平安" not in page.press("all_right").text
    page.press("need_help")
    query = text("SELECT w.state, o.arrived_how, o.departed_how FROM welfare_watches w"
                 " JOIN offers o ON o.id = w.offer_id")  # fmt: skip
    assert tuple(scene.base.session.execute(query).one()) == ("help", "link", "link")


def test_looking_proves_nothing_and_answering_proves_reading(page: Page, asked: dict, scene: Scene) -> None:
    proof = text("SELECT proof FROM ladders WHERE subject_id = :id")
    page.get()
    assert scene.base.session.scalars(proof, {"id": asked["id"]}).all() == [None]
    page.press("accept")
    assert scene.base.session.scalars(proof, {"id": asked["id"]}).all() == ["link"]


def test_the_size_of_every_page(client, desk: Caller, scene: Scene) -> None:
    sizes = {}
    for language in ("zh-CN", "en"):
        offer = dispatched(desk, filed(desk, colour="red", description="说" * 2000)["id"])["offers"][0]
        page = Page(client, UUID(offer["id"]), language)
        sizes[language, "ask"] = len(page.get().data)
        for action in ("accept", "depart", "arrive", "finish", "feedback"):
            more = {"outcome": "resolved"} if action == "feedback" else {}
            sizes[language, action] = len(page.press(action, **more).data)
    print("\npage bytes with a report of 2,000 characters:", {f"{a} {b}": size for (a, b), size in sizes.items()})
    assert max(sizes.values()) < 15_000
