"""The committed extracts are what the published documents say."""

import json
import os
from pathlib import Path

import pytest

from tests.sandboxes import ROOT
from workers.sandbox.documents import (
    DATA,
    FCM_EXTRACT,
    FCM_ORIGINAL,
    TWILIO_CALLS_EXTRACT,
    TWILIO_EXTRACT,
    TWILIO_ORIGINAL,
    extract_fcm,
    extract_twilio,
    extract_twilio_calls,
    load_extract,
)

ORIGINALS = Path(os.environ.get("GRIDLOOP_DOCUMENTS_DIR") or ROOT.parent / "shared" / "data")
pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("original", "extract", "cut"),
    [
        (FCM_ORIGINAL, FCM_EXTRACT, extract_fcm),
        (TWILIO_ORIGINAL, TWILIO_EXTRACT, extract_twilio),
        (TWILIO_ORIGINAL, TWILIO_CALLS_EXTRACT, extract_twilio_calls),
    ],
)
def test_the_extract_equals_the_published_document(original, extract, cut):
    if not (ORIGINALS / original).exists():
        pytest.skip("the published document is not on this machine")
    assert load_extract(extract) == cut(json.loads((ORIGINALS / original).read_text("utf-8")))


@pytest.mark.parametrize("extract", [FCM_EXTRACT, TWILIO_EXTRACT, TWILIO_CALLS_EXTRACT])
def test_the_extract_is_small(extract):
    assert (DATA / extract).stat().st_size < 100_000


def test_every_schema_a_message_reaches_is_there():
    schemas = load_extract(FCM_EXTRACT)["schemas"]
    wanted = {
        place["$ref"]
        for fields in schemas.values()
        for spec in fields.values()
        for place in (spec, spec.get("items", {}), spec.get("additionalProperties", {}))
        if "$ref" in place
    }
    assert wanted <= set(schemas)
    assert {"Message", "AndroidNotification", "ApnsConfig", "WebpushConfig"} <= wanted
