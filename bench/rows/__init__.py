"""The rows: each measures one promise. `ROWS` is the registry."""

from bench.rows import dispatch, handoff, notices, photos, sync, visits
from bench.rows.row import Bench, Row

ROWS: dict[str, Row] = {
    row.id: row for row in (dispatch.ROW, handoff.ROW, notices.ROW, photos.ROW, sync.ROW, visits.ROW)
}

__all__ = ["ROWS", "Bench", "Row"]
