"""`flask contracts compare`: whether phones built against the released contract still work with this one."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app

from api.cli.compat import Finding, compare_documents, compare_enums, compare_errors, excuse
from api.cli.contracts import FOLDER, contracts, documents

__all__ = ["ALLOWED", "BASELINE", "COMPARED", "Comparison", "compare_release", "contracts", "read_reasons"]

BASELINE, ALLOWED = "compat/baseline", "compat/allowlist.json"
Compare = Callable[[Mapping[str, Any], Mapping[str, Any]], list[Finding]]
COMPARED: dict[str, Compare] = {
    "openapi.json": compare_documents,
    "errors.json": compare_errors,
    "enums.json": compare_enums,
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


def compare_release(app: Flask, folder: Path = FOLDER) -> Comparison:
    """The documents the app would publish against the baseline in the folder, as far as there is one."""
    generated = documents(app)
    findings: list[Finding] = []
    compared = [name for name in COMPARED if (folder / BASELINE / name).exists()]
    for name in compared:
        old = json.loads((folder / BASELINE / name).read_text(encoding="utf-8"))
        findings += COMPARED[name](old, json.loads(generated[name]))
    broken, idle = excuse(findings, read_reasons(folder))
    return Comparison(broken, idle if compared else [], compared)


def read_reasons(folder: Path) -> dict[str, str]:
    """The allow-list: a finding's key -> why it was meant."""
    path = folder / ALLOWED
    reasons: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return reasons
