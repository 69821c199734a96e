"""The pages as the server gives them: without data, in the reader's language, under a strict policy."""

import re

import pytest
from flask.testing import FlaskClient

from api.cockpit.routes.assets import load_assets
from api.cockpit.rules.pages import PAGES
from api.cockpit.rules.policy import content_policy, origin_of

PATHS = ["/cockpit/sign-in", *(f"/cockpit/{page.name}" for page in PAGES if not page.only_demo)]


@pytest.mark.parametrize("path", PATHS)
def test_a_page_runs_nothing_but_what_this_server_gives(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    rules = dict(rule.split(" ", 1) for rule in answer.headers["Content-Security-Policy"].split("; "))
    assert rules["default-src"] == "'self'"
    assert rules["frame-ancestors"] == rules["object-src"] == rules["base-uri"] == "'none'"
    assert not {"script-src", "style-src"} & set(rules)  # then 'self' holds, without a word of "unsafe-inline"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", PATHS)
def test_everything_a_page_loads_is_there(client: FlaskClient, path: str) -> None:
    text = client.get(path).text
    loaded = re.findall(r'(?:src|href)="(/cockpit/static/[^"]+)"', text)
    assert len(loaded) > 5
    for address in loaded:
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert "immutable" in answer.headers["Cache-Control"]


def test_what_modules_import_is_there() -> None:
    files = load_assets().files
    for name, asset in files.items():
        if not name.endswith(".js") or name.startswith("vendor/"):
            continue
        for target in re.findall(r'(?:from|import)\s*\(?"(\.[^"]+)"', asset.plain.decode()):
            parts = name.split("/")[:-1]
            for step in target.split("/"):
                if step == "..":
                    parts.pop()
                elif step != ".":
                    parts.append(step)
            assert "/".join(parts) in files, f"{name}: {target}"


def test_the_language_is_what_was_chosen_then_what_the_browser_asks_for(client: FlaskClient) -> None:
    def language(**headers: str) -> str:
        found = re.search(r'<html lang="([^"]+)"', client.get("/cockpit/sign-in", headers=headers).text)
        return found[1] if found else ""

    assert language() == "zh-CN"
    assert language(**{"Accept-Language": "en-GB,en;q=0.8"}) == "en"
    assert language(**{"Accept-Language": "fr"}) == "zh-CN"
    client.set_cookie("cockpit_language", "zh-CN", path="/cockpit")
    assert language(**{"Accept-Language": "en"}) == "zh-CN"
    client.set_cookie("cockpit_language", "xx", path="/cockpit")
    assert language() == "zh-CN"


def test_files_are_packed_for_whoever_can_unpack(client: FlaskClient) -> None:
    address = f"/cockpit/static/{load_assets().version}/js/lib.js"
    plain = client.get(address)
    packed = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert len(packed.data) < len(plain.data)
    assert client.get("/cockpit/static/anotherone/js/lib.js").headers["Cache-Control"] == "no-cache"


def test_nothing_else_of_the_server_can_be_fetched(client: FlaskClient) -> None:
    version = load_assets().version
    for name in ("../pages/shell.html", "..%2fassets.py", "vendor/leaflet.LICENSE", "js", ""):
        assert client.get(f"/cockpit/static/{version}/{name}").status_code == 404, name


def test_what_is_not_there_is_a_page_for_people(client: FlaskClient) -> None:
    answer = client.get("/cockpit/nothing")
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    assert client.get("/").headers["Location"] == "/cockpit/"


def test_the_tile_and_stream_servers_of_the_installation_are_let_in() -> None:
    policy = content_policy(images=[origin_of("https://{s}.tiles.example/{z}/{x}/{y}.png")], connections=[""])
    assert "img-src 'self' data: blob: https://*.tiles.example;" in policy
    assert "connect-src 'self';" in policy
    assert origin_of("") == origin_of("/v1/stream") == ""
