"""The kept results: `results.json` holds every run's figures, `RESULTS.md` shows the newest beside the one before."""

import json
import os
import platform
import subprocess
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from bench.measuring import Report

FOLDER = Path(__file__).parent
STORE, PAGE = FOLDER / "results.json", FOLDER / "RESULTS.md"
KEPT_RUNS = 20
HEAD = """# Results

Written by `make bench`; every row stands beside its limit, measured in the same run, in turn. Medians of the rounds,
and their range. Read them as ratios: the machine is shared and noisy.
"""


def keep(row: str, title: str, parameters: Mapping[str, Any], report: Report) -> None:
    """Add one row's report to the store and write the page anew."""
    store: dict[str, list[dict[str, Any]]] = json.loads(STORE.read_text()) if STORE.exists() else {}
    run = {
        "title": title,
        "date": datetime.now().astimezone().strftime("%Y-%m-%d %H:%M"),
        "machine": describe_machine(),
        "parameters": dict(parameters),
        "figures": [[f.label, f.unit, round(f.median, 3), round(f.low, 3), round(f.high, 3)] for f in report.figures],
        "checks": [[c.target, c.reached, c.met] for c in report.checks],
        "notes": list(report.notes),
    }
    store[row] = [*store.get(row, []), run][-KEPT_RUNS:]
    STORE.write_text(json.dumps(store, ensure_ascii=False, indent=1) + "\n")
    PAGE.write_text("\n".join([HEAD, *(section(name, runs) for name, runs in sorted(store.items()))]))


def section(row: str, runs: list[dict[str, Any]]) -> str:
    """A row's part of the page."""
    newest, before = runs[-1], runs[-2] if len(runs) > 1 else None
    previous = {label: value for label, _, value, _, _ in before["figures"]} if before else {}
    lines = [f"## {row}: {newest['title']}", ""]
    lines += [f"{newest['date']}, {newest['machine']}; {_words(newest['parameters'])}."]
    if before:
        lines += [f"Before: {before['date']}, {before['machine']}; {_words(before['parameters'])}."]
    lines += ["", "| figure | newest | range | before |", "| --- | ---: | ---: | ---: |"]
    for label, unit, value, low, high in newest["figures"]:
        old = _number(previous[label]) if label in previous else "-"
        lines.append(f"| {label} ({unit}) | {_number(value)} | {_number(low)} to {_number(high)} | {old} |")
    lines += ["", "| target | reached | |", "| --- | --- | --- |"]
    lines += [
        f"| {target} | {reached} | {'met' if met else '**missed**'} |" for target, reached, met in newest["checks"]
    ]
    lines += ["", *(f"- {note}" for note in newest["notes"]), ""] if newest["notes"] else [""]
    return "\n".join(lines)


def describe_machine() -> str:
    """The kind of machine: processor, cores, memory, database. No name."""
    cpu = next((line.split(":", 1)[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), "")
    memory = next((int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    server = subprocess.run(["ls", "/usr/lib/postgresql"], capture_output=True, text=True).stdout.split()
    versions = f"PostgreSQL {server[-1]}, Python {platform.python_version()}"
    return f"{os.cpu_count()} x {cpu or platform.machine()}, {memory / 2**20:.0f} GB, {versions}"


def _lines(path: str) -> list[str]:
    return Path(path).read_text().splitlines() if Path(path).exists() else []


def _words(parameters: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{name} {value:,}" if isinstance(value, int) else f"{name} {value}" for name, value in parameters.items()
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}" if abs(value) >= 1 else f"{value:.3f}"
