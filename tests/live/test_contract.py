"""The description of the stream: what it says is what is sent, and other people's tools can read it."""

import json
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from api.cli.streaming import stream_document, write_yaml
from api.live.rules import sees_of
from api.live.rules.telling import STATION_SEES
from api.live.types import LiveCollection, LiveEvent
from tests.builders.incidents import dispatch, report
from tests.contract.test_linters import LINTERS, run
from tests.files.phone_client import need_clients


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return json.loads(json.dumps(stream_document()))


def faults(document: dict[str, Any], event: str, data: Any) -> list[str]:
    """What is wrong with an event's data, by the document."""
    schema = {**document["components"]["messages"][event]["payload"], "components": document["components"]}
    return [fault.message for fault in Draft202012Validator(schema).iter_errors(data)]


@pytest.mark.unit
def test_the_yaml_is_the_document(document) -> None:
    assert yaml.safe_load(write_yaml(document)) == document


@pytest.mark.unit
def test_every_event_is_described_with_valid_examples(document) -> None:
    messages = document["components"]["messages"]
    assert set(messages) == {event.value for event in LiveEvent}
    for name, message in messages.items():
        assert message["examples"]
        for example in message["examples"]:
            assert faults(document, name, example["payload"]) == []
    assert faults(document, "change", {"scope": "own"}) != []


@pytest.mark.unit
def test_every_collection_of_the_desk_names_its_permission() -> None:
    assert sees_of(STATION_SEES.values()) == frozenset(STATION_SEES)
    assert sees_of([]) == frozenset()
    assert {name.value for name in STATION_SEES} <= {name.value for name in LiveCollection}


def test_what_is_sent_is_what_is_described(stage, document) -> None:
    headers = stage.desk()
    begun = stage.streams.poll(headers).json()
    stage.do(lambda scene: dispatch(scene, report(scene)))
    later = stage.streams.poll(headers, after=begun["after"]).json()
    reset = stage.streams.poll(headers, after="bm8", wait_s=0).json()
    events = [event for answer in (begun, later, reset) for event in answer["events"]]
    assert {"hello", "change", "reset"} <= {event["event"] for event in events}
    assert [fault for event in events for fault in faults(document, event["event"], event["data"])] == []


def test_a_linter_has_nothing_to_say(document, tmp_path) -> None:
    need_clients(LINTERS)
    path = tmp_path / "asyncapi.yaml"
    path.write_text(write_yaml(document), "utf-8")
    words = ("--ruleset", "asyncapi.yaml", "--format", "json", "--quiet")
    assert run("spectral", "lint", str(path), *words) == []
    del document["channels"]["stream"]["messages"]["hello"]
    path.write_text(write_yaml(document), "utf-8")
    assert run("spectral", "lint", str(path), *words) != []
