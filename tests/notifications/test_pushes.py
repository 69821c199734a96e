"""The published schemas of pushes: whatever the code builds fits its schema, and what must not be built does not."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from api.notices.rules.drafts import OPEN_MOST
from api.notices.rules.wording import open_wording, template_of
from api.notices.types import Category, Words
from api.notifications.gateways.fcm import build_message
from api.notifications.gateways.webpush import payload_of
from api.notifications.rules.payloads import push_envelope
from api.notifications.rules.pushes import MOST_BODY, MOST_BYTES, push_schema, push_types
from api.notifications.rules.templates import TEMPLATES
from api.notifications.types import Letter, Urgency
from tests.notifications.letters import letter

pytestmark = pytest.mark.unit
# The longest value a text may take (templates.making.VALUE).
LONGEST = "9" * 10


def written(name: str, **changes: Any) -> Letter:
    variables = dict.fromkeys(TEMPLATES[name].fields, LONGEST)
    return letter(template=name, variables=variables, **changes)


def built(told: Letter) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """What the letter becomes: FCM's data, FCM's whole message, and what Web Push encrypts."""
    envelope = push_envelope(told)
    whole = json.loads(str(build_message(envelope)))
    return dict(envelope.data), whole, json.loads(payload_of(envelope))


def size(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False).encode())


@pytest.mark.parametrize("name", push_types())
@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("urgency", [Urgency.ALERT, Urgency.NORMAL])
def test_every_push_the_code_builds_fits_its_schema(name: str, language: str, urgency: Urgency) -> None:
    check = Draft202012Validator(push_schema(name))
    for subject in ({}, {"subject_id": None}):
        data, whole, flat = built(written(name, language=language, urgency=urgency, **subject))
        check.validate(data)
        check.validate(flat)
        assert max(size(whole), size(flat)) < MOST_BYTES


@pytest.mark.parametrize("category", [category for category in Category if category is not Category.MISSING_PERSON])
def test_the_longest_open_notice_fits_as_well(category: Category) -> None:
    name = template_of(category)
    words = open_wording(Words("险" * 40, "\U00020bb7" * OPEN_MOST), None)
    for language, wording in words.items():
        _, whole, flat = built(written(name, language=language, wording=wording))
        Draft202012Validator(push_schema(name)).validate(flat)
        assert flat["body"] == wording.body
        assert max(size(whole), size(flat)) < MOST_BYTES


def test_whatever_fits_a_schema_with_words_of_ours_is_small_enough() -> None:
    assert MOST_BODY >= OPEN_MOST
    largest = {**push_schema("offer")["examples"][2], "title": "\U00020bb7" * 60, "body": "\U00020bb7" * MOST_BODY}
    Draft202012Validator(push_schema("offer")).validate(largest)
    assert size(largest) < MOST_BYTES


@pytest.mark.parametrize("name", push_types())
def test_a_schemas_examples_are_what_they_claim(name: str) -> None:
    schema = push_schema(name)
    Draft202012Validator.check_schema(schema)
    check = Draft202012Validator(schema)
    for example in schema["examples"]:
        check.validate(example)
        assert size(example) < MOST_BYTES
    for wrong in schema["x-invalid-examples"]:
        assert not check.is_valid(wrong["value"]), wrong["why"]


def test_a_new_field_of_strings_is_no_reason_to_drop_a_push() -> None:
    Draft202012Validator(push_schema("offer")).validate({**push_schema("offer")["examples"][0], "drill": "1"})


def test_what_goes_out_as_text_only_has_no_schema() -> None:
    assert {"sign_in_code", "call_back"}.isdisjoint(push_types())
    assert {"offer", "reach_test", "notice_flood", "digest"} <= set(push_types())
