"""A phone that keeps a copy."""

from dataclasses import dataclass, field
from typing import Any

from flask import Flask

from api.sync.types import Collection


@dataclass
class Phone:
    """A phone that keeps a copy, as the contract says."""

    app: Flask
    headers: dict[str, str]
    cursor: str | None = None
    rows: dict[str, dict[str, Any]] = field(default_factory=lambda: {name.value: {} for name in Collection})
    resets: int = 0

    def pull(self, *, once: bool = False) -> list[dict[str, Any]]:
        """Pull until there is no more; returns the pages."""
        pages, more = [], True
        while more:
            query = {} if self.cursor is None else {"cursor": self.cursor}
            answer = self.app.test_client().get("/v1/sync", query_string=query, headers=self.headers)
            assert answer.status_code == 200, answer.json
            pages.append(answer.json)
            self._apply(answer.json)
            more = answer.json["has_more"] and not once
        return pages

    def _apply(self, page: dict[str, Any]) -> None:
        if page["reset"]:
            self.rows, self.resets = {name.value: {} for name in Collection}, self.resets + 1
        for name, ids in page["removals"].items():
            for row_id in ids:
                self.rows[name].pop(row_id, None)
        for name, rows in page["upserts"].items():
            self.rows[name].update({row["id"]: row for row in rows})
        self.cursor = page["cursor"]
