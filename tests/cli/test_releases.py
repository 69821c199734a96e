"""`flask contracts compare`: what it finds, what it lets pass, and how it ends."""

import json
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from api.app import create_app
from api.cli import register_commands, releases
from api.cli.contracts import documents
from api.cli.releases import ALLOWED, BASELINE, COMPARED, compare_release, frozen

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def made(make_settings) -> tuple[Flask, dict[str, str]]:
    app = create_app(make_settings("postgresql+psycopg://nobody@/nowhere"))
    register_commands(app)
    return app, documents(app)


@pytest.fixture
def released(made, tmp_path: Path, monkeypatch) -> Path:
    """A folder whose baseline is the present contract, which the command takes for the real one."""
    app, _ = made
    (tmp_path / BASELINE).mkdir(parents=True)
    for name, text in frozen(app).items():
        (tmp_path / BASELINE / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(releases, "compare_release", lambda app: compare_release(app, tmp_path))
    return tmp_path


def run(made) -> Result:
    return made[0].test_cli_runner().invoke(args=["contracts", "compare"])


def promise(folder: Path, name: str, change) -> None:
    """Rewrite a released document, so that it promised more than there is."""
    path = folder / BASELINE / name
    document = json.loads(path.read_text(encoding="utf-8"))
    change(document)
    path.write_text(json.dumps(document), encoding="utf-8")


def gone_route(document: dict) -> None:
    document["paths"]["/v1/moon"] = {"get": {"operationId": "moonShow", "responses": {"200": {"description": "x"}}}}


def test_the_same_contract_is_compatible(made, released: Path) -> None:
    result = run(made)
    assert result.exit_code == 0
    assert "compatible: openapi.json, errors.json, enums.json, push.json" in result.output


def test_without_a_release_there_is_nothing_to_break(made, released: Path) -> None:
    for name in COMPARED:
        (released / BASELINE / name).unlink()
    result = run(made)
    assert (result.exit_code, "no baseline" in result.output) == (0, True)


@pytest.mark.parametrize(
    ("name", "change", "sentence"),
    [
        ("openapi.json", gone_route, "The operation GET /v1/moon is gone."),
        ("errors.json", lambda d: d["errors"].update(eclipse={"status": 409}), "The error code eclipse is gone"),
        ("enums.json", lambda d: d["enums"]["offer_state"].update(lost={}), "The value lost of offer_state is gone"),
        ("enums.json", lambda d: d["enums"].update(phase={"new": {}}), "The enumeration phase is gone."),
        ("push.json", lambda d: d.update(eclipse={"type": "object"}), "The push eclipse is gone"),
    ],
)
def test_what_was_promised_and_is_gone_ends_the_build_with_a_sentence(
    made, released: Path, name: str, change, sentence: str
) -> None:
    promise(released, name, change)
    result = run(made)
    assert result.exit_code == 1
    assert sentence in result.output


def test_a_reason_excuses_it_and_an_empty_one_does_not(made, released: Path) -> None:
    promise(released, "openapi.json", gone_route)
    for reason, code in (("Nobody ever called it.", 0), ("  ", 1)):
        (released / ALLOWED).write_text(json.dumps({"operation-removed GET /v1/moon": reason}), encoding="utf-8")
        assert run(made).exit_code == code


def test_a_reason_for_nothing_is_named(made, released: Path) -> None:
    (released / ALLOWED).write_text(json.dumps({"operation-removed GET /v1/sun": "It set."}), encoding="utf-8")
    result = run(made)
    assert (result.exit_code, "operation-removed GET /v1/sun" in result.output) == (0, True)


def test_a_release_freezes_what_is_published_and_uses_up_the_reasons(made, tmp_path: Path, monkeypatch) -> None:
    app, _ = made
    monkeypatch.setattr(releases, "FOLDER", tmp_path)
    (tmp_path / BASELINE).mkdir(parents=True)
    (tmp_path / ALLOWED).write_text(json.dumps({"operation-removed GET /v1/moon": "It set."}), encoding="utf-8")
    result = app.test_cli_runner().invoke(args=["contracts", "release"])
    assert result.exit_code == 0, result.output
    assert "for CHANGELOG.md: operation-removed GET /v1/moon: It set." in result.output
    assert json.loads((tmp_path / ALLOWED).read_text("utf-8")) == {}
    assert {path.name for path in (tmp_path / BASELINE).iterdir()} == set(COMPARED)
    after = compare_release(app, tmp_path)
    assert (after.broken, after.idle, after.compared) == ([], [], list(COMPARED))
    assert sum(path.stat().st_size for path in (tmp_path / BASELINE).iterdir()) < 1_000_000


def test_what_breaks_without_a_reason_is_not_released(made, tmp_path: Path, monkeypatch) -> None:
    app, _ = made
    monkeypatch.setattr(releases, "FOLDER", tmp_path)
    assert app.test_cli_runner().invoke(args=["contracts", "release"]).exit_code == 0
    promise(tmp_path, "openapi.json", gone_route)
    before = (tmp_path / BASELINE / "openapi.json").read_text("utf-8")
    assert app.test_cli_runner().invoke(args=["contracts", "release"]).exit_code == 1
    assert (tmp_path / BASELINE / "openapi.json").read_text("utf-8") == before
