"""No file, function or view outgrows its room."""

import ast
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit
ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    path for folder in ("api", "workers", "deploy", "bench", "migrations") for path in (ROOT / folder).rglob("*.py")
)
FILE_LIMIT, FUNCTION_LIMIT, VIEW_LIMIT = 400, 60, 15


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text())
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of the body without the docstring: the decorators and the docstring document, they do not do."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_no_file_is_too_long() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in SOURCES}
    long = [
        f"{name} is {lines} lines; make it a folder cut by verb"
        for name, lines in lengths.items()
        if lines > FILE_LIMIT
    ]
    assert not long, "\n".join(long)


def test_no_function_is_too_long() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{function.lineno} {function.name} is {length} lines; split it"
        for path in SOURCES
        if "migrations" not in path.parts
        for function in functions(path)
        if (length := (function.end_lineno or 0) - function.lineno + 1) > FUNCTION_LIMIT
    ]
    assert not long, "\n".join(long)


def test_views_only_unpack_call_and_answer() -> None:
    routes = [path for path in SOURCES if path.stem == "routes" or path.parent.name == "routes"]
    long = [
        f"{path.relative_to(ROOT)}:{function.lineno} {function.name}: {body_lines(function)} lines; use the service"
        for path in routes
        for function in functions(path)
        if body_lines(function) > VIEW_LIMIT
    ]
    assert not long, "\n".join(long)


def test_every_module_says_what_it_is() -> None:
    silent = [str(path.relative_to(ROOT)) for path in SOURCES if not ast.get_docstring(ast.parse(path.read_text()))]
    assert not silent


def test_rooms_have_the_usual_furniture() -> None:
    known = {"__init__", "routes", "schemas", "service", "gateways", "queries", "models", "rules", "types", "errors"}
    floors = {"kernel", "plumbing", "http", "cli", "__pycache__"}
    areas = [path for path in (ROOT / "api").iterdir() if path.is_dir() and path.name not in floors]
    assert len(areas) > 10
    odd = [
        str(path) for area in areas for path in area.iterdir() if path.name != "__pycache__" and path.stem not in known
    ]
    assert not odd, f"an area's modules are {sorted(known)}: {odd}"


def test_names_say_what_they_do() -> None:
    vague = {"manager", "managers", "helper", "helpers", "util", "utils", "misc", "common", "base"}
    assert not [path for path in SOURCES if path.stem in vague or path.parent.name in vague]
