"""The published document: refusals declared, answers open, requests closed, and examples that are true."""

from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from api.app import create_app
from api.http.contract import finish
from api.http.contract.finishing import operations_of

pytestmark = pytest.mark.unit
Document = dict[str, Any]


@pytest.fixture(scope="module")
def document(make_settings) -> Document:
    app = create_app(make_settings("postgresql+psycopg://nobody@/nowhere"))
    return app.test_client().get("/v1/openapi.json").json


def test_every_json_body_and_answer_has_an_example_that_its_schema_takes(document: Document) -> None:
    wrong = []
    for where, content in _contents(document):
        schema = {**content["schema"], "components": document["components"]}
        checker = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
        wrong += [f"{where}: {error.message[:200]}" for error in checker.iter_errors(content["example"])]
    assert not wrong


def test_every_refusal_is_a_problem_document_with_an_example(document: Document) -> None:
    schema = {"$ref": "#/components/schemas/Problem", "components": document["components"]}
    for name, response in document["components"]["responses"].items():
        content = response["content"]["application/problem+json"]
        assert not list(Draft202012Validator(schema).iter_errors(content["example"])), name
    for name, operation, _ in operations_of(document):
        assert "default" in operation["responses"], name
        assert {"429", "503"} <= operation["responses"].keys(), name
        if operation["security"]:
            assert {"401", "403"} <= operation["responses"].keys(), name


def test_a_conditional_edit_declares_its_version(document: Document) -> None:
    # Of what is edited as JSON: the bytes of an upload name their offset instead.
    patches = [op for name, op, _ in operations_of(document) if name.startswith("PATCH")]
    edits = [op for op in patches if "application/json" in op.get("requestBody", {}).get("content", {})]
    assert edits
    for operation in edits:
        assert {"412", "428"} <= operation["responses"].keys(), operation["operationId"]


def test_no_schema_bears_a_name_that_languages_use(document: Document) -> None:
    assert document["components"]["schemas"].keys() & {"Error", "Object", "Exception", "Response", "Request"} == set()


def test_requests_are_closed_and_answers_are_open(document: Document) -> None:
    schemas = document["components"]["schemas"]
    assert schemas["Report"]["additionalProperties"] is False
    assert schemas["Incident"].get("additionalProperties") is not False
    assert "x-extensible-enum" in schemas["InboxItem"]["properties"]["state"]
    assert "enum" in schemas["Report"]["properties"]["kind"]


def test_finishing_leaves_what_was_generated_alone(document: Document) -> None:
    generated = {"paths": {}, "components": {"schemas": {"Error": {}}}}
    finish(generated)
    assert generated == {"paths": {}, "components": {"schemas": {"Error": {}}}}


def _contents(document: Document) -> Iterator[tuple[str, Document]]:
    for name, operation, _ in operations_of(document):
        body = operation.get("requestBody", {}).get("content", {})
        answers = {status: answer.get("content", {}) for status, answer in operation["responses"].items()}
        for where, content in {"request": body, **answers}.items():
            if "application/json" in content:
                yield f"{name} {where}", content["application/json"]
