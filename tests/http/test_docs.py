"""The readable contract: every operation and every schema is there, and nothing is fetched from anywhere."""

import re

import pytest
from flask import Flask

from api.app import create_app
from api.http.contract.finishing import operations_of

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def read_app(make_settings) -> Flask:
    return create_app(make_settings("postgresql+psycopg://nobody@/nowhere"))


@pytest.fixture(scope="module")
def document(read_app: Flask) -> dict:
    return read_app.test_client().get("/v1/openapi.json").json


def test_every_operation_stands_in_the_contents_and_on_its_area_s_page(read_app: Flask, document: dict) -> None:
    client = read_app.test_client()
    contents = client.get("/v1/docs").text
    pages = {tag["name"]: client.get(f"/v1/docs/{tag['name']}").text for tag in document["tags"]}
    for _, operation, _ in operations_of(document):
        for tag in operation["tags"]:
            name = operation["operationId"]
            assert f'href="/v1/docs/{tag}#{name}"' in contents
            assert f'<article id="{name}">' in pages[tag]


def test_every_link_inside_leads_somewhere(read_app: Flask, document: dict) -> None:
    client = read_app.test_client()
    for tag in document["tags"]:
        page = client.get(f"/v1/docs/{tag['name']}").text
        places = set(re.findall(r'id="([^"]+)"', page))
        assert set(re.findall(r'href="#([^"]+)"', page)) <= places, tag["name"]


def test_a_page_loads_nothing_and_runs_nothing(read_app: Flask) -> None:
    for path in ("/v1/docs", "/v1/docs/incidents"):
        answer = read_app.test_client().get(path)
        assert (answer.status_code, answer.mimetype) == (200, "text/html")
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script" not in policy
        assert "unsafe" not in policy
        assert not re.search(r"<script|<link|<img|src=|@import|url\(|style=", answer.text)


def test_what_the_document_quotes_is_text_and_not_markup(read_app: Flask, document: dict) -> None:
    page = read_app.test_client().get("/v1/docs/incidents").text
    assert "老人走失" in page
    assert "&#34;" in page or "&quot;" in page


def test_an_area_that_is_not_there_is_a_404(read_app: Flask) -> None:
    assert read_app.test_client().get("/v1/docs/moon").status_code == 404
