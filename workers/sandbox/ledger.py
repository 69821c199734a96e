"""The ledger of accepted requests: the ground truth of every fault test."""

import json
import time
from collections import Counter
from pathlib import Path
from typing import Any


class Ledger:
    """Appends one JSON line per accepted request and flushes it before the answer goes out.

    The flush reaches the operating system, not the disk: the ledger survives the kill of the
    stand-in, which is what the tests do to it, and costs microseconds instead of an fsync.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.accepted = 0
        self._seen: Counter[str] = Counter()
        _drop_cut_line(path)
        for entry in _read_lines(path):
            self._count(entry)
        self._file = path.open("ab")

    def append(self, **entry: Any) -> None:
        """Write down one accepted request; `id` is the provider's, `msg_id` ours or None."""
        line = {"n": self.accepted + 1, "at": time.time(), **entry}
        self._count(line)
        self._file.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
        self._file.flush()

    def entries(self, after: int, limit: int) -> list[dict[str, Any]]:
        """At most `limit` lines behind the first `after`."""
        return _read_lines(self.path)[after : after + limit]

    def counts(self) -> dict[str, int]:
        """Accepted requests, distinct messages among them, and the extras (doubles)."""
        distinct = len(self._seen)
        return {
            "accepted": self.accepted,
            "distinct": distinct,
            "extras": self.accepted - distinct,
        }

    def close(self) -> None:
        """Close the file; nothing is buffered by then."""
        self._file.close()

    def _count(self, entry: dict[str, Any]) -> None:
        self.accepted += 1
        # The same message on two phones of one person is two deliveries, not a double.
        self._seen[f"{entry.get('msg_id') or entry['id']} {entry['to']}"] += 1


def _read_lines(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_bytes().split(b"\n")[:-1]]


def _drop_cut_line(path: Path) -> None:
    """Remove what stands behind the last newline: cut by a kill, so it was never answered."""
    if path.exists():
        content = path.read_bytes()
        if not content.endswith(b"\n"):
            path.write_bytes(content[: content.rfind(b"\n") + 1])
