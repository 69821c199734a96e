"""`flask contracts compare`: whether phones built against the released contract still work with this one.

`flask contracts release` makes the present one the released one.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app

from api.cli.compat import (
    Finding,
    compare_documents,
    compare_enums,
    compare_errors,
    compare_pushes,
    excuse,
    strip_prose,
    write_lines,
)
from api.cli.contracts import FOLDER, contracts, documents

__all__ = [
    "ALLOWED",
    "BASELINE",
    "COMPARED",
    "Comparison",
    "compare_release",
    "contracts",
    "frozen",
    "present",
    "read_reasons",
]

BASELINE, ALLOWED = "compat/baseline", "compat/allowlist.json"
Compare = Callable[[Mapping[str, Any], Mapping[str, Any]], list[Finding]]
COMPARED: dict[str, Compare] = {
    "openapi.json": compare_documents,
    "errors.json": compare_errors,
    "enums.json": compare_enums,
    "push.json": compare_pushes,
}


@dataclass(frozen=True)
class Comparison:
    """What broke without a reason, which reasons excuse nothing any more, and which files were compared."""

    broken: list[Finding]
    idle: list[str]
    compared: list[str]


@contracts.command("compare")
def compare_with_release() -> None:
    """Compare with the released contract; exits 1 when something an old client relies on is gone without a reason."""
    result = compare_release(current_app._get_current_object())  # type: ignore[attr-defined]
    for finding in result.broken:
        click.echo(f"{finding.sentence}\n    {finding.key}")
    for key in result.idle:
        click.echo(f"{ALLOWED} excuses what is not broken: {key}", err=True)
    if not result.compared:
        click.echo("nothing is released yet: no baseline")
    elif not result.broken:
        click.echo(f"compatible: {', '.join(result.compared)}")
    if result.broken:
        click.echo(f"{len(result.broken)} breaks. Give a reason for each in mobile_contracts/{ALLOWED}, or mend it.")
        raise SystemExit(1)


@contracts.command("release")
def release_contract() -> None:
    """Freeze the present contract as the released one; from now on it is what old clients are built against."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    result = compare_release(app, FOLDER)
    if result.broken:
        raise click.ClickException(f"{len(result.broken)} breaks without a reason; see `flask contracts compare`")
    for name, text in frozen(app).items():
        path = FOLDER / BASELINE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        click.echo(f"froze mobile_contracts/{BASELINE}/{name} ({len(text.encode()) // 1024} KiB)")
    for key, reason in read_reasons(FOLDER).items():
        click.echo(f"for CHANGELOG.md: {key}: {reason}")
    # What was broken on purpose is released now, and an excuse for nothing fails the build.
    (FOLDER / ALLOWED).write_text("{}\n", encoding="utf-8")


def frozen(app: Flask) -> dict[str, str]:
    """File name -> text of what a release freezes."""
    kept = present(app)
    # The catalogues are words by codes: nothing in them is prose beside a structure.
    shapes = {name: strip_prose(kept[name]) for name in ("openapi.json", "push.json")}
    return {name: write_lines(document) for name, document in {**kept, **shapes}.items()}


def present(app: Flask) -> dict[str, Any]:
    """File name -> what the app would publish now; the pushes, which are a file each, by their type."""
    generated = documents(app)
    found = {name: json.loads(generated[name]) for name in COMPARED if name in generated}
    pushes = {name: text for name, text in generated.items() if name.startswith("push/")}
    types = {name.removeprefix("push/").split(".", 1)[0]: json.loads(text) for name, text in pushes.items()}
    return {**found, "push.json": types}


def compare_release(app: Flask, folder: Path = FOLDER) -> Comparison:
    """The documents the app would publish against the baseline in the folder, as far as there is one."""
    now = present(app)
    findings: list[Finding] = []
    compared = [name for name in COMPARED if (folder / BASELINE / name).exists()]
    for name in compared:
        old = json.loads((folder / BASELINE / name).read_text(encoding="utf-8"))
        findings += COMPARED[name](old, now[name])
    broken, idle = excuse(findings, read_reasons(folder))
    return Comparison(broken, idle if compared else [], compared)


def read_reasons(folder: Path) -> dict[str, str]:
    """The allow-list: a finding's key -> why it was meant."""
    path = folder / ALLOWED
    reasons: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return reasons
