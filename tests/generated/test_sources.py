"""What is generated for languages that have no compiler here: every area and every schema is there, and is whole.

Nothing here compiles Kotlin, Dart or Swift: their toolchains come from no registry the tests may use. What can be told
without them is that nothing is missing, that brackets close, and that the generator has not given up on a type.
"""

import re
from pathlib import Path
from typing import Any

import pytest

from api.app import create_app
from tests.generated import building

pytestmark = pytest.mark.slow
# Language -> where its operations and models lie, and their ending.
LAID_OUT = {
    "kotlin": ("src/main/kotlin/gridloop/apis/{}Api.kt", "src/main/kotlin/gridloop/models", ".kt"),
    "dart": ("lib/api/{}_api.dart", "lib/model", ".dart"),
    "swift": ("Sources/Gridloop/APIs/{}API.swift", "Sources/Gridloop/Models", ".swift"),
}
# The parts of a form become parameters of the operation.
FORMS = {"CaseFile", "FilePart", "RosterFile"}
# Texts and comments may hold brackets of their own.
_QUOTED = re.compile(r'"""[\s\S]*?"""|//[^\n]*|/\*[\s\S]*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'')
_PAIRS = {")": "(", "]": "[", "}": "{"}


@pytest.fixture(scope="module")
def document(make_settings) -> dict[str, Any]:
    app = create_app(make_settings("postgresql+psycopg://nobody@/nowhere"))
    return app.test_client().get("/v1/openapi.json").json


@pytest.mark.parametrize("language", LAID_OUT)
def test_every_area_and_every_schema_is_generated_whole(document, language: str) -> None:
    folder = building.sources(document) / language
    apis, models, ending = LAID_OUT[language]
    tags = [tag["name"] for tag in document["tags"]]
    for tag in tags:
        api = folder / apis.format(tag if language == "dart" else tag.capitalize())
        names = [
            operation["operationId"]
            for item in document["paths"].values()
            for verb, operation in item.items()
            if verb != "parameters" and tag in operation["tags"]
        ]
        written = api.read_text("utf-8")
        assert [name for name in names if not re.search(rf"\b{name}\b", written)] == [], api
    found = {path.stem.replace("_", "").lower() for path in (folder / models).rglob(f"*{ending}")}
    assert {name.lower() for name in document["components"]["schemas"].keys() - FORMS} <= found
    for path in folder.rglob(f"*{ending}"):
        assert_whole(path)


def test_a_text_that_is_not_whole_is_seen(tmp_path: Path) -> None:
    for text in ("fun a() { b(", "class A { ] }", "val a: UNKNOWN_BASE_TYPE"):
        (tmp_path / "a.kt").write_text(text, encoding="utf-8")
        with pytest.raises(AssertionError):
            assert_whole(tmp_path / "a.kt")


def assert_whole(path: Path) -> None:
    text = path.read_text("utf-8")
    assert "UNKNOWN_BASE_TYPE" not in text, path
    open_ones: list[str] = []
    for sign in re.findall(r"[()\[\]{}]", _QUOTED.sub("", text)):
        if sign in _PAIRS:
            assert open_ones, path
            assert open_ones.pop() == _PAIRS[sign], path
        else:
            open_ones.append(sign)
    assert not open_ones, path
