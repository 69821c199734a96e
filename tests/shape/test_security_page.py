"""docs/security.md names tests that exist, every attack, and every file of attacks."""

import ast
import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit
ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/security.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/.]+\.py)(?:::(\w+))?`", PAGE)))
ATTACKS = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "tests/attacks").glob("test_s[0-9][0-9]_*.py"))


def written_in(path: Path) -> set[str]:
    """The names of a file's tests, those in classes among them."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return {node.name for node in nodes if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


@pytest.mark.parametrize("file", sorted({file for file, _ in NAMED}))
def test_what_is_named_exists(file: str) -> None:
    assert (ROOT / file).is_file()
    assert {name for path, name in NAMED if path == file and name} - written_in(ROOT / file) == set()


def test_every_file_of_attacks_is_named() -> None:
    assert len(ATTACKS) >= 35
    assert set(ATTACKS) - {file for file, _ in NAMED} == set()


def test_every_attack_has_one_row_that_says_how_it_stands() -> None:
    rows = re.findall(r"^\| (S\d\d) [^|]+\| (defended|partly|not defended)\b[^|]*\| [^|]*\|$", PAGE, re.MULTILINE)
    assert [attack for attack, _ in rows] == [f"S{n:02d}" for n in range(1, 43)]


def test_every_row_of_the_standard_has_a_test() -> None:
    begun = re.findall(r"^\| (\d{1,2}\.\d{1,2}\.\d{1,2}) \|", PAGE, re.MULTILINE)
    whole = re.findall(r"^\| (\d{1,2}\.\d{1,2}\.\d{1,2}) \| [^|]+ \| `tests/[^`]+::\w+` \|$", PAGE, re.MULTILINE)
    assert begun
    assert begun == whole
    assert whole == sorted(set(whole), key=lambda row: [int(part) for part in row.split(".")])
