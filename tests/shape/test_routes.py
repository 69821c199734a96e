"""Security and style as properties of the whole app."""

import re
from pathlib import Path

import pytest
from flask import Flask

from api.app import create_app

pytestmark = pytest.mark.unit
ROOT = Path(__file__).parents[2]
# The published document describes the API and holds no data.
OPEN = {"api-docs.openapi_json"}


@pytest.fixture(scope="module")
def unconnected_app(make_settings) -> Flask:
    return create_app(make_settings("postgresql+psycopg://nobody@/nowhere"))


def test_every_route_is_guarded(unconnected_app: Flask) -> None:
    bare = [
        rule.rule
        for rule in unconnected_app.url_map.iter_rules()
        if rule.endpoint not in OPEN and not hasattr(unconnected_app.view_functions[rule.endpoint], "guard")
    ]
    assert not bare, f"declare these with @operation or @public_operation: {bare}"


def test_every_public_route_says_why(unconnected_app: Flask) -> None:
    guards = [getattr(view, "guard", "") for view in unconnected_app.view_functions.values()]
    assert all(len(guard) > len("public: ") + 10 for guard in guards if guard.startswith("public"))


def test_every_creating_post_takes_an_idempotency_key(unconnected_app: Flask) -> None:
    spec = unconnected_app.test_client().get("/v1/openapi.json").json
    creating = [
        (path, operation)
        for path, item in spec["paths"].items()
        if "post" in item
        for operation in [item["post"]]
        if "201" in operation["responses"]
    ]
    without = [
        path
        for path, operation in creating
        if not any(p.get("name") == "Idempotency-Key" for p in operation.get("parameters", []))
    ]
    # Signing in creates a session, but must be repeatable with a new code and gives nothing to double. An announced
    # upload is tus's own business: its clients know no key, and one that is not gone on with expires.
    assert [path for path in without if not path.startswith(("/v1/sign-in", "/v1/uploads"))] == []
    assert creating


def test_only_the_unit_of_work_commits() -> None:
    commits = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "api").rglob("*.py")
        if re.search(r"\.commit\(\)", path.read_text()) and path.name != "context.py"
    ]
    assert commits == []


def test_nothing_in_api_reads_the_clock_or_draws_by_itself() -> None:
    pattern = re.compile(
        r"datetime\.now\(|datetime\.utcnow\(|time\.time\(|date\.today\(|random\.random\(|uuid4\(|uuid1\("
    )
    # A request's own id, before there is a Ctx; a limit's window, told in a header.
    allowed = {"api/http/requests.py", "api/http/tallies.py"}
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in (ROOT / "api").rglob("*.py")
        for match in pattern.finditer(path.read_text())
        if str(path.relative_to(ROOT)) not in allowed
    ]
    assert found == []


def test_no_polygon_is_ever_repaired() -> None:
    assert not [
        path
        for path in (ROOT / "api").rglob("*.py")
        if re.search(r"ST_MakeValid\(|func\.ST_MakeValid", path.read_text())
    ]
