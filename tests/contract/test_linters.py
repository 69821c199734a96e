"""Other people's linters on the published document: nothing to say, not even a warning."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from api.app import create_app
from tests.files.phone_client import CLIENTS, need_clients

LINTERS = CLIENTS / "linters"
# They ask the world for newer versions of themselves and tell it what they were used for.
SILENCE = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}


def test_spectral_has_nothing_to_say(linters, document: Path) -> None:
    assert ask_spectral(document) == []


def test_redocly_has_nothing_to_say(linters, document: Path) -> None:
    assert ask_redocly(document) == []


def test_spectral_sees_a_pattern_that_only_python_reads(linters, broken: Path) -> None:
    assert any("pattern" in said for said in ask_spectral(broken))


def test_redocly_sees_a_pattern_that_only_python_reads(linters, broken: Path) -> None:
    assert any("Invalid regular expression" in said for said in ask_redocly(broken))


def ask_spectral(document: Path) -> list[str]:
    found = run("spectral", "lint", str(document), "--ruleset", "spectral.yaml", "--format", "json", "--quiet")
    return [f"{one['code']} {'/'.join(map(str, one['path']))}: {one['message']}" for one in found]


def ask_redocly(document: Path) -> list[str]:
    found = run("redocly", "lint", str(document), "--config", "redocly.yaml", "--format", "json")["problems"]
    return [f"{one['ruleId']} {one['location'][0].get('pointer')}: {one['message']}" for one in found]


def run(program: str, *words: str) -> Any:
    """What the linter prints as JSON; whether it found something is read from that, not from how it ended."""
    # By node itself: there may be none on the path that their first line would look for.
    command = [need_clients(LINTERS), str(LINTERS / "node_modules" / ".bin" / program), *words]
    done = subprocess.run(
        command, cwd=LINTERS, env={**os.environ, **SILENCE}, capture_output=True, text=True, timeout=240
    )
    start = min((done.stdout.find(sign) for sign in "[{" if sign in done.stdout), default=-1)
    assert start >= 0, done.stderr[-2_000:]
    return json.JSONDecoder().raw_decode(done.stdout, start)[0]


@pytest.fixture(scope="module")
def linters() -> str:
    node = need_clients(LINTERS)
    version = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=30).stdout
    if int(version.strip().removeprefix("v").split(".")[0]) < 20:
        pytest.skip(f"the linters need node 20 or newer; this is {version}")
    return node


@pytest.fixture(scope="module")
def published(make_settings) -> dict[str, Any]:
    app = create_app(make_settings("postgresql+psycopg://nobody@/nowhere"))
    return app.test_client().get("/v1/openapi.json").json


@pytest.fixture(scope="module")
def document(published, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("contract") / "openapi.json"
    path.write_text(json.dumps(published), "utf-8")
    return path


@pytest.fixture
def broken(published, tmp_path) -> Path:
    """One path of it, with a pattern that only Python reads."""
    document = json.loads(json.dumps(published))
    document["paths"] = {path: item for path, item in document["paths"].items() if path.endswith("/code/verify")}
    document["components"]["schemas"]["CodeProof"]["properties"]["code"]["pattern"] = r"[0-9]{6}\Z"
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(document), "utf-8")
    return path
