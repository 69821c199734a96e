"""The released contract is kept, or there is a reason why not."""

import json
import re
from pathlib import Path

import pytest

from api.all_labels import VOCABULARIES
from api.app import create_app
from api.cli.contracts import FOLDER
from api.cli.releases import compare_release, read_reasons

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def app(make_settings):
    return create_app(make_settings("postgresql+psycopg://nobody@/nowhere"))


def test_phones_built_against_the_released_contract_still_work(app) -> None:
    result = compare_release(app)
    assert not result.broken, "\n".join(finding.sentence for finding in result.broken)
    assert not result.idle, f"excuses for what is not broken: {result.idle}"


def test_every_excuse_gives_its_reason() -> None:
    assert [key for key, reason in read_reasons(FOLDER).items() if not reason.strip()] == []


def test_the_change_log_has_an_entry_for_the_version_that_is_published(app) -> None:
    version = app.test_client().get("/v1/openapi.json").json["info"]["version"]
    entries = (FOLDER / "CHANGELOG.md").read_text(encoding="utf-8").splitlines()
    assert any(line.startswith("## ") and line.split()[1] == version for line in entries), f"no entry for {version}"


def test_labels_name_versions_the_change_log_knows() -> None:
    entries = (FOLDER / "CHANGELOG.md").read_text(encoding="utf-8")
    labels = [label for vocabulary in VOCABULARIES for label in vocabulary.labels.values()]
    named = {version for label in labels for version in (label.since, label.deprecated) if version}
    assert {version for version in named if not re.search(rf"^## {re.escape(version)}\b", entries, re.M)} == set()


def test_the_readme_of_the_folder_names_every_file() -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    files = {path.relative_to(FOLDER) for path in FOLDER.rglob("*") if path.is_file() and path.name != "README.md"}
    unnamed = sorted(str(path) for path in files if not _is_named(path, readme))
    assert not unnamed, f"mobile_contracts/README.md says nothing of {unnamed}"


def _is_named(path: Path, readme: str) -> bool:
    """By its own name, or its folder's."""
    folders = [f"`{path.parent}/*{suffix}`" for suffix in (path.suffix, "".join(path.suffixes), "")]
    return f"`{path}`" in readme or any(folder in readme for folder in (*folders, f"`{path.parent}/`"))


def test_the_allow_list_is_a_list_of_reasons() -> None:
    path = FOLDER / "compat" / "allowlist.json"
    assert isinstance(json.loads(path.read_text(encoding="utf-8")), dict)
