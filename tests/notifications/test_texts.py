"""Segments, templates and envelopes."""

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.notifications.rules.payloads import push_envelope, sms_envelope
from api.notifications.rules.segments import count_segments
from api.notifications.rules.templates import LINK, TEMPLATES, Unrenderable, check_variables, render
from api.notifications.types import Channel, Urgency
from tests.notifications.letters import NOW, letter

pytestmark = pytest.mark.unit
LETTER = letter()
VALUES = {"code": "123456", "ref": "7K3-9QX2"}
COUNT = "12"


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("", 1),
        ("字" * 70, 1),
        ("字" * 71, 2),
        ("字" * 134, 2),
        ("字" * 135, 3),
        ("字" * 201, 3),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" + "a" * 152, 3),  # the escaped character is not cut in two
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("a" * 69 + "字", 1),
    ],
)
def test_segments_at_the_edges(text: str, segments: int) -> None:
    assert count_segments(text) == segments


@given(st.text(max_size=400), st.text(max_size=20))
def test_a_longer_text_never_has_fewer_segments(text: str, more: str) -> None:
    assert count_segments(text + more) >= count_segments(text) >= 1


def values_of(name: str) -> dict[str, str]:
    return {key: VALUES.get(key, COUNT) for key in TEMPLATES[name].fields}


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_every_text_is_one_segment_and_fills_its_fields(name: str, language: str) -> None:
    words = render(name, language, values_of(name))
    assert count_segments(words.sms) == 1
    assert not re.search(r"[{}]", words.title + words.body + words.sms)
    assert bool(re.search("[\u4e00-\u9fff]", words.title)) == (language == "zh-CN")


@pytest.mark.parametrize("name", ["offer", "offer_reminder", "stand_down", "withdrawn", "drill"])
def test_before_acceptance_a_text_takes_no_variables_at_all(name: str) -> None:
    with pytest.raises(Unrenderable):
        check_variables(name, {"place": "1"})


@pytest.mark.parametrize("value", ["王小明", "人民路 5 号", "29.7031,107.3897", "a b", "13800001111", "{ref}"])
def test_a_variable_that_is_no_short_code_is_refused(value: str) -> None:
    with pytest.raises(Unrenderable):
        check_variables("call_back", {"ref": value})


@pytest.mark.parametrize(("name", "variables"), [("nothing", {}), ("call_back", {}), ("offer", {"ref": "7K3-9QX2"})])
def test_a_template_takes_exactly_its_variables(name: str, variables: dict[str, str]) -> None:
    with pytest.raises(Unrenderable):
        check_variables(name, variables)


@pytest.mark.parametrize("name", sorted(name for name, template in TEMPLATES.items() if template.listed))
def test_a_push_holds_strings_opaque_ids_and_generic_texts(name: str) -> None:
    envelope = push_envelope(letter(template=name, variables=values_of(name)))
    assert envelope.data == {"msg_id": str(LETTER.id), "type": name, "subject_id": str(LETTER.subject_id), "v": "1"}
    words = render(name, "zh-CN", values_of(name))
    assert (envelope.title, envelope.body) == (words.title, words.body)
    assert envelope.apns_headers["apns-priority"] == "10"
    assert envelope.data["msg_id"] == str(LETTER.id)
    assert envelope.tag == envelope.apns_headers["apns-collapse-id"] == str(LETTER.subject_id)


def test_a_push_lives_as_long_as_its_message() -> None:
    assert push_envelope(letter(expires_at=NOW + timedelta(seconds=45))).ttl_s == 45
    assert push_envelope(letter(expires_at=NOW - timedelta(seconds=45))).ttl_s == 0


def test_only_an_alert_breaks_through() -> None:
    assert push_envelope(letter()).interruption_level == "time-sensitive"
    assert push_envelope(letter(urgency=Urgency.NORMAL)).interruption_level == "active"


def test_a_text_names_its_message_in_the_callback_only() -> None:
    envelope = sms_envelope(letter(channel=Channel.SMS, address="+8617000000001"), "https://grid.example/", b"k" * 32)
    assert envelope.callback_url.startswith(f"https://grid.example/webhooks/twilio/status?m={LETTER.id.hex}.")
    assert LETTER.id.hex not in envelope.body
    assert envelope.ttl_s == 120


PATH = "/t/" + "Ab_-9" * 7


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("name", sorted(name for name, template in TEMPLATES.items() if template.linked))
def test_a_link_stands_in_the_text_behind_the_configured_address(name: str, language: str) -> None:
    told = letter(
        channel=Channel.SMS, address="+8617000000001", template=name, language=language,
        variables={**values_of(name), LINK: PATH},
    )  # fmt: skip
    body = sms_envelope(told, "https://grid.example.gov.cn/", b"k" * 32).body
    assert body.endswith(f"https://grid.example.gov.cn{PATH}")
    assert count_segments(body) <= 2


def test_a_link_is_in_no_push_and_a_text_without_one_is_as_it_was() -> None:
    envelope = push_envelope(letter(variables={LINK: PATH}))
    assert PATH not in str(envelope)
    told = letter(channel=Channel.SMS, address="+8617000000001", template="stand_down", variables={LINK: PATH})
    assert PATH not in sms_envelope(told, "https://grid.example", b"k" * 32).body


@pytest.mark.parametrize("path", ["https://evil.example/t/" + "a" * 35, "/t/", "/t/../x", "//evil/" + "a" * 35])
def test_a_link_that_is_no_path_of_ours_is_never_sent(path: str) -> None:
    told = letter(channel=Channel.SMS, address="+8617000000001", variables={LINK: path})
    with pytest.raises(Unrenderable):
        sms_envelope(told, "https://grid.example", b"k" * 32)
