"""What the attacks counted: one line each as they end, and the table a run leaves in RESULTS.md if it is asked to."""

import os
import platform
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

# `long`: the long forms; `count`: the short ones, as in every run. Both leave their table behind.
LONG = os.environ.get("ATTACKS") == "long"
KEPT = os.environ.get("ATTACKS") in {"long", "count"}
RESULTS = Path(__file__).parent / "RESULTS.md"
NEWEST = "## Newest run"
BEFORE = "## The run before"
_HEAD = """# Results of the attacks

Written by `make attacks` (long forms, one process) or `ATTACKS=count pytest tests/attacks -n 0` (the short forms, which
`make test` runs). A cell is one request, guess, value or file that was tried; as expected means refused, hidden or
bounded as `test_sNN` says.
"""


@dataclass(frozen=True)
class Note:
    """One counted line."""

    attack: str
    what: str
    cells: int
    met: int
    facts: str


@dataclass
class Ledger:
    """The notes of this process, and how its tests ended, by attack."""

    notes: list[Note] = field(default_factory=list)
    ended: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def table(self) -> str:
        """The run as a table: tests, then what they counted."""
        rows = ["| attack | tests | what was tried | cells | as expected | figures |", "|---|---|---|---|---|---|"]
        for attack, ends in sorted(self.ended.items()):
            tests = ", ".join(f"{many} {end}" for end, many in sorted(ends.items(), reverse=True))
            notes = [note for note in self.notes if note.attack == attack] or [Note(attack, "", 0, 0, "")]
            for number, note in enumerate(notes):
                counts = f"{note.cells or ''} | {note.met if note.cells else ''}"
                rows.append(f"| {attack} | {'' if number else tests} | {note.what} | {counts} | {note.facts} |")
        return "\n".join(row.replace("  ", " ") for row in rows)


ledger = Ledger()


def count(attack: str, what: str, cells: int, met: int | None = None, **facts: object) -> None:
    """Print and keep one line; `met` is how many cells ended as expected, all of them unless said."""
    told = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in facts.items())
    note = Note(attack, what, cells, cells if met is None else met, told)
    ledger.notes.append(note)
    print(f"\n{attack}: {what}: {note.cells} cells, {note.met} as expected{f'; {told}' if told else ''}")


def write_results(path: Path = RESULTS) -> None:
    """Put this run on top; the newest one before stays beside it."""
    old = path.read_text() if path.exists() else ""
    _, _, rest = old.partition(NEWEST)
    last, _, _ = rest.partition(BEFORE)
    now = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, Python {platform.python_version()}"
    form = "long forms" if LONG else "short forms"
    total = f"{sum(note.cells for note in ledger.notes)} cells, {sum(note.met for note in ledger.notes)} as expected"
    parts = [_HEAD, f"{NEWEST}\n\n{now}, {form}; {total}.\n\n{ledger.table()}\n"]
    if last.strip():
        parts.append(f"{BEFORE}\n\n{last.strip()}\n")
    path.write_text("\n".join(parts))
