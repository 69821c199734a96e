"""S26: what a lock screen shows, a text says, a call speaks and a push carries: ids and generic words, per template."""

import json
import re
from itertools import product
from typing import Any
from uuid import UUID

import pytest

from api.notices.errors import TextNotPublic
from api.notices.rules.drafts import PERSONAL, check_draft
from api.notices.types import Target
from api.notifications.gateways.fcm import build_message
from api.notifications.gateways.webpush import payload_of
from api.notifications.rules.payloads import push_envelope, sms_envelope, voice_envelope
from api.notifications.rules.pushes import push_types
from api.notifications.rules.speech import call_words, said
from api.notifications.rules.templates import LINK, TEMPLATES, Unrenderable
from api.notifications.types import Channel, Letter
from api.notifications.types.reaching import Speech
from api.plumbing.outbox import OutboxMessage
from tests.attacks.arena import Arena
from tests.attacks.dispute_world import HER_PHONE, HIS_CARD, HIS_PHONE, HUSBAND, WIFE
from tests.attacks.ledger import count
from tests.attacks.world import make_world
from tests.builders.incidents import PHONE, PLACE
from tests.notices.stage import draft, make_stage
from tests.notifications.letters import letter

LANGUAGES = ("zh-CN", "en", "de", "")
URL, KEY = "https://grid.example", b"k" * 32
LINKED = "/t/" + "k" * 30
# Somebody, somewhere, something: what must never stand on a screen that is not unlocked.
TELLING = (
    "王小明", "Wang Xiaoming", "wang", "13812345678", "+8613812345678", "138-1234-5678", "29.70", "29.7031,107.3897",
    "望江路7号", "No. 7", "500102198001011234", "家暴", "<b>X</b>", "{ref.__class__}", "https://evil.example", "A B",
    "１２３", "X\n", "", "LONGERTHAN10",
)  # fmt: skip
_TAIL = "k" * 30
LINKS = (
    f"https://evil.example/t/{_TAIL}", f"//evil.example/t/{_TAIL}", f"@evil.example/t/{_TAIL}",
    f"/t/../../evil/{_TAIL}", "/t/short", f"/x/{_TAIL}", f"/t/{_TAIL}?to=x", "javascript:alert(1)", "/t/" + "王" * 30,
)  # fmt: skip
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def fits(name: str, value: str = "7K3-0001") -> dict[str, Any]:
    return dict.fromkeys(TEMPLATES[name].fields, value)


def told(one: Letter) -> list[str]:
    """Everything that leaves the house for this letter, as text."""
    push = push_envelope(one)
    sms = sms_envelope(one, URL, KEY)
    spoken = [call_words(one.template, one.language, asks=asks) for asks in (True, False)]
    voice = voice_envelope(one, URL, KEY)
    return [
        str(build_message(push)),
        json.dumps(json.loads(payload_of(push)), ensure_ascii=False),
        sms.body,
        *spoken,
        str(voice),
    ]


@pytest.mark.unit
def test_no_template_takes_a_value_that_tells_anything() -> None:
    taken, cells = [], 0
    for (name, template), language in product(TEMPLATES.items(), LANGUAGES):
        for field, value in product(template.fields, TELLING):
            cells += 1
            variables = {**fits(name), field: value}
            for make in (push_envelope, lambda one: sms_envelope(one, URL, KEY)):
                try:
                    make(letter(template=name, language=language, variables=variables))
                except Unrenderable:
                    continue
                taken.append((name, field, value))
        cells += 1
        try:
            push_envelope(letter(template=name, language=language, variables={**fits(name), "name": "王小明"}))
            taken.append((name, "a further field", ""))
        except Unrenderable:
            pass
    count("S26", f"telling values in {len(TEMPLATES)} templates", cells, cells - len(taken))
    assert taken == []


@pytest.mark.unit
def test_a_link_is_a_path_of_ours_or_none() -> None:
    linked = [name for name, template in TEMPLATES.items() if template.linked]
    taken = []
    for name, path in product(linked, LINKS):
        try:
            sms_envelope(letter(template=name, channel=Channel.SMS, variables={**fits(name), LINK: path}), URL, KEY)
            taken.append((name, path))
        except Unrenderable:
            pass
    good = [sms_envelope(letter(template=n, variables={**fits(n), LINK: LINKED}), URL, KEY).body for n in linked]
    count("S26", "links of others in texts", len(linked) * len(LINKS), len(linked) * len(LINKS) - len(taken))
    assert taken == []
    assert all(f"{URL}{LINKED}" in body for body in good)


@pytest.mark.unit
def test_the_words_are_the_same_for_every_task() -> None:
    """Two letters about two tasks of two people differ in ids only, on every channel."""
    differing, cells = [], 0
    for (name, _), language in product(TEMPLATES.items(), LANGUAGES):
        pair = [
            letter(template=name, language=language, variables=fits(name), subject_id=UUID(int=n), id=UUID(int=n + 9))
            for n in (1, 2)
        ]
        texts = [[_ID.sub("id", re.sub(r"m=[^\s'\"&]+", "m=id", text)) for text in told(one)] for one in pair]
        cells += len(texts[0])
        if texts[0] != texts[1]:
            differing.append((name, language))
    count("S26", "texts of two tasks compared", cells, cells - len(differing))
    assert differing == []


@pytest.mark.unit
def test_a_push_carries_four_values_and_no_more() -> None:
    wrong = [name for name in push_types() if set(push_envelope(letter(template=name, variables=fits(name))).data) != {
        "msg_id", "type", "subject_id", "v",
    }]  # fmt: skip
    count("S26", "pushes' data", len(push_types()), len(push_types()) - len(wrong))
    assert wrong == []


@pytest.mark.unit
def test_what_is_said_after_a_key_is_the_same_for_everybody() -> None:
    answers = {said(speech, language) for speech in Speech for language in LANGUAGES}
    count("S26", "answers of a call", len(Speech) * len(LANGUAGES))
    assert not [words for words in answers if re.search(r"[{}\d@/]", words)]


def test_nothing_of_a_station_s_day_is_in_what_leaves_it(arena: Arena) -> None:
    """Every message that a whole world of incidents, disputes and visits has queued, over every channel."""
    make_world(arena)
    secrets = (
        HUSBAND, WIFE, HIS_PHONE, HER_PHONE, HIS_CARD, PHONE.removeprefix("+86"), "李四", "王小明", "测试路", "跌倒",
        f"{PLACE.lat:.4f}", f"{PLACE.lon:.4f}", "水管", "噪声",
    )  # fmt: skip
    rows = arena.ctx.session.query(OutboxMessage).all()
    leaving = [
        text
        for row in rows
        if row.template in TEMPLATES
        for language in ("zh-CN", "en")
        for text in told(
            letter(template=row.template, variables=row.variables, language=language, subject_id=row.subject_id)
        )
    ]
    shown = [(secret, text) for secret, text in product(secrets, leaving) if secret in text]
    count(
        "S26",
        f"{len(rows)} queued messages looked through",
        len(secrets) * len(leaving),
        len(secrets) * len(leaving) - len(shown),
    )
    assert len(rows) > 5
    assert shown == []


def test_a_notice_about_a_person_never_goes_out_openly(arena: Arena) -> None:
    stage = make_stage(arena.ctx)
    for category in PERSONAL:
        order = draft(stage.desk(), Target(whole_station=True), category=category, open_text=True)
        with pytest.raises(TextNotPublic):
            check_draft(order, arena.ctx.now)
    count("S26", "open notices about a person", len(PERSONAL))
