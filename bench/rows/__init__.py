"""The rows: each measures one promise. `ROWS` is the registry."""

from bench.rows import (
    amid,
    answers,
    board,
    broadcast,
    dispatch,
    handoff,
    live,
    notices,
    photos,
    positions,
    race,
    sync,
    visits,
)
from bench.rows.row import Bench, Row

ROWS: dict[str, Row] = {
    row.id: row
    for row in (
        amid.ROW,
        answers.ROW,
        board.ROW,
        broadcast.ROW,
        dispatch.ROW,
        handoff.ROW,
        live.ROW,
        notices.ROW,
        photos.ROW,
        positions.ROW,
        race.ROW,
        sync.ROW,
        visits.ROW,
    )
}

__all__ = ["ROWS", "Bench", "Row"]
