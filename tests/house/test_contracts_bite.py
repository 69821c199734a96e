"""Each import contract, broken once on purpose, is seen to fail: a contract that cannot fail guards nothing."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# The contract's number, the file that breaks it, and the line that does.
VIOLATIONS = [
    ("1.", "api/notifications/queries_probe.py", "import workers.queues"),
    ("2.", "api/grids/rules_probe.py", "import api.duty"),
    ("2.", "api/brandnew/__init__.py", ""),
    ("3.", "api/audit/models.py", "import api.audit.service"),
    ("3.", "api/audit/attic.py", ""),
    ("4.", "api/kernel/states.py", "import flask"),
    ("4.", "api/identity/rules/permissions.py", "import api.plumbing.timers"),
    ("5.", "api/incidents/routes.py", "import api.identity.models"),
    ("6.", "api/audit/service.py", "import marshmallow"),
    ("6.", "api/audit/queries.py", "import api.http.etags"),
    ("7.", "api/webhooks/routes.py", "import twilio"),
]


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("house")
    for name in ("api", "workers"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "data"))
    shutil.copy(ROOT / ".importlinter", folder)
    return folder


def lint(folder: Path) -> str:
    program = Path(sys.executable).parent / "lint-imports"
    run = subprocess.run([program, "--no-cache"], cwd=folder, capture_output=True, text=True)
    return run.stdout


def test_the_house_as_it_stands_keeps_every_contract(copy: Path) -> None:
    assert " 0 broken" in lint(copy)


@pytest.mark.parametrize(("number", "file", "line"), VIOLATIONS)
def test_a_violation_is_seen(copy: Path, number: str, file: str, line: str) -> None:
    path = copy / file
    before = path.read_text() if path.exists() else None
    path.parent.mkdir(exist_ok=True)
    path.write_text((before or "") + f"\n{line}\n")
    try:
        report = lint(copy)
    finally:
        if before is not None:
            path.write_text(before)
        elif path.name == "__init__.py":
            shutil.rmtree(path.parent)
        else:
            path.unlink()
    broken = [text for text in report.splitlines() if text.strip().endswith("BROKEN") or "is missing layers" in text]
    assert any(text.startswith(number) for text in broken) or "issing" in report, report
