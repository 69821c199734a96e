"""What phones rely on is generated from the code, and what is checked in is what the code says."""

import json
from pathlib import Path

import pytest

from api.app import create_app
from api.cli.contracts import FOLDER, documents

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def generated(make_settings) -> dict[str, str]:
    return documents(create_app(make_settings("postgresql+psycopg://nobody@/nowhere")))


def test_the_contract_is_what_the_code_says(generated: dict[str, str]) -> None:
    stale = [name for name, text in generated.items() if _read(FOLDER / name) != text]
    assert not stale, f"run `make contracts`: {stale}"


def test_no_page_of_a_machine_and_no_schema_of_a_push_is_left_over(generated: dict[str, str]) -> None:
    for folder in ("states", "push"):
        assert {f"{folder}/{path.name}" for path in (FOLDER / folder).glob("*")} <= set(generated)


def test_every_operation_has_a_name_of_its_own_and_says_what_it_does(generated: dict[str, str]) -> None:
    spec = json.loads(generated["openapi.json"])
    operations = [
        operation for item in spec["paths"].values() for verb, operation in item.items() if verb != "parameters"
    ]
    names = [operation["operationId"] for operation in operations]
    assert len(names) == len(set(names))
    assert [operation["operationId"] for operation in operations if not operation.get("summary")] == []


def test_security_is_declared_on_every_operation(generated: dict[str, str]) -> None:
    spec = json.loads(generated["openapi.json"])
    for path, item in spec["paths"].items():
        for verb, operation in item.items():
            assert verb == "parameters" or "security" in operation, f"{verb} {path}"


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""
