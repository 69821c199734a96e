"""S40: secrets where somebody might come upon them: printed settings, a failed start, an error's body, the tree."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from pydantic import SecretStr, ValidationError

from api.app import create_app
from config import Settings, load_settings
from tests.attacks.ledger import count
from tests.conftest import KEYS

ROOT = Path(__file__).parents[2]
MARK = "s40-nobody-may-read-this"
# Names that sound secret and are none: what they hold is a switch, a path or a name others know anyway.
HARMLESS = {"fcm_credentials", "aliyun_access_key_id", "s3_access_key"}
SOUNDS_SECRET = ("secret", "key", "token", "password", "credential")
URLS = {"database_url", "owner_database_url", "redis_url"}
SECRETS = sorted(name for name, field in Settings.model_fields.items() if field.annotation is SecretStr)


def marked() -> Settings:
    """Settings whose every secret can be told from everything else."""
    given = {name: f"{MARK}-of-{name}-0123456789abcdef" for name in SECRETS}
    urls = dict.fromkeys(URLS, f"postgresql://someone:{MARK}@db.example/x")
    return Settings(**given, **urls)  # type: ignore[arg-type]


@pytest.mark.unit
def test_whatever_sounds_like_a_secret_is_one() -> None:
    sounding = {name for name in Settings.model_fields if any(word in name for word in SOUNDS_SECRET)}
    assert sounding - HARMLESS == set(SECRETS)


@pytest.mark.unit
@pytest.mark.parametrize("show", [repr, str, "{!r:>1}".format, lambda s: str([s]), lambda s: s.model_dump_json(
    exclude=URLS)], ids=["repr", "str", "format", "in a list", "json"])  # fmt: skip
def test_printed_settings_show_no_secret(show) -> None:
    text = show(marked())
    count("S40", "secrets in printed settings", len(SECRETS) + len(URLS))
    assert "trusted_proxies" in text
    assert MARK not in text


@pytest.mark.unit
@pytest.mark.parametrize(
    "wrong",
    [
        {"secret_key": MARK},  # too short
        {"trusted_proxies": "many"},
        {"sms_daily_caps": "a lot"},
        {"secret_key": ""},
        {"sealing_keys": None},  # missing: everything else would be quoted
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_a_start_that_fails_shows_no_secret(monkeypatch: pytest.MonkeyPatch, wrong: dict[str, str | None]) -> None:
    """What is wrong goes to the log of whoever starts us; the names are enough to mend it."""
    given = dict.fromkeys(SECRETS, MARK * 2) | dict.fromkeys(URLS, f"postgresql://a:{MARK}@b/c") | wrong
    for name, value in given.items():
        monkeypatch.delenv(f"GRIDLOOP_{name.upper()}", raising=False)
        if value is not None:
            monkeypatch.setenv(f"GRIDLOOP_{name.upper()}", value)
    with pytest.raises(ValidationError) as raised:
        load_settings()
    assert next(iter(wrong)) in str(raised.value)
    assert MARK not in str(raised.value)


@pytest.fixture(scope="module")
def broken(shared_app: Flask) -> Flask:
    """An app with a route that fails while it holds a secret."""
    app = create_app(shared_app.extensions["gridloop.settings"])
    app.config["PROPAGATE_EXCEPTIONS"] = False

    def fail() -> None:
        password = MARK
        raise RuntimeError(f"cannot sign in with {password}")

    fail.guard = "public: only in this test"  # type: ignore[attr-defined]
    app.add_url_rule("/s40", "s40", fail)
    return app


@pytest.mark.parametrize("accept", ["text/html", "application/json", "text/plain"])
def test_an_error_s_body_gives_nothing_away(broken: Flask, accept: str) -> None:
    answer = broken.test_client().get("/s40?debug=1", headers={"Accept": accept})
    shown = answer.get_data(as_text=True) + str(answer.headers)
    assert (answer.status_code, answer.json["code"]) == (500, "internal")
    assert [word for word in (MARK, "Traceback", "RuntimeError", ".py", "site-packages") if word in shown] == []


@pytest.mark.parametrize(
    "path",
    ["/console", "/debug", "/.env", "/.git/config", "/config.py", "/v1/../config.py", "/env", "/server-status",
     "/static/../config.py", "/cockpit/..%2f..%2fconfig.py", "/wsgi.py", "/?__debugger__=yes&cmd=resource&f=style.css"],
)  # fmt: skip
def test_no_door_leads_to_what_is_inside(shared_app: Flask, path: str) -> None:
    assert shared_app.debug is False
    answer = shared_app.test_client().get(path)
    assert answer.status_code in {301, 302, 303, 307, 308, 401, 404}
    assert b"GRIDLOOP_" not in answer.data


@pytest.mark.unit
def test_the_look_through_the_tree_is_there_and_finds_what_it_should(tmp_path: Path) -> None:
    """`make audit` runs it over everything committed; what it may pass over is listed, each as a digest."""
    assert "detect-secrets-hook --baseline deploy/known-secrets.json" in (ROOT / "deploy/audit.sh").read_text()
    assert "deploy/audit.sh" in (ROOT / "Makefile").read_text()
    known = json.loads((ROOT / "deploy/known-secrets.json").read_text())
    assert all(set(entry) >= {"hashed_secret"} for entries in known["results"].values() for entry in entries)
    planted = tmp_path / "planted.py"
    planted.write_text('AWS_KEY = "AKIA' + "Z7Q2M4X8R5T1W9Y3" + '"\n')
    command = [str(Path(sys.executable).parent / "detect-secrets-hook"), "--baseline", "deploy/known-secrets.json"]
    done = subprocess.run([*command, str(planted)], cwd=ROOT, capture_output=True, timeout=120, check=False)
    assert done.returncode == 1


@pytest.mark.unit
def test_the_audit_looks_for_known_holes_and_lists_what_is_inside() -> None:
    """Each part makes the whole fail, and what is asked about is what is installed."""
    lines = [line for line in (ROOT / "deploy/audit.sh").read_text().splitlines() if line.startswith("$bin/")]
    programs = {line.split()[0].removeprefix("$bin/") for line in lines if line.endswith("|| worst=1")}
    assert programs == {"pip-audit", "npm", "cyclonedx-py"}
    assert all("requirements.txt" in line for line in lines if "npm" not in line)


@pytest.mark.unit
def test_no_key_of_the_tests_is_a_default_or_in_what_is_shipped() -> None:
    defaults = {str(field.default) for field in Settings.model_fields.values()}
    shipped = [path for path in (ROOT / "deploy").rglob("*") if path.suffix in {".py", ".sh", ".conf", ".service"}]
    texts = [path.read_text(encoding="utf-8") for path in [*shipped, ROOT / "compose.yaml", ROOT / "Dockerfile"]]
    keys = [value for name, value in KEYS.items() if name.endswith("_KEY") or name.endswith("_KEYS")]
    assert shipped
    assert keys
    assert [key for key in keys if key in defaults or any(key in text for text in texts)] == []
