"""The nightly look at the station's own log: who says yes, by force, distance and time of day."""

from collections import defaultdict
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert

from api.incidents.models import AcceptanceForecast
from api.incidents.queries.ranking import count_answers
from api.incidents.rules.forecast import BANDS, BORDERS, hours_of, learn
from api.incidents.types.forecasts import Answers, Cell, Estimate
from api.plumbing.context import Ctx

ZONE = "Asia/Shanghai"
# Half a year: long enough for a quiet station, short enough that a campaign among volunteers shows.
WINDOW = timedelta(days=180)


def learn_acceptance(ctx: Ctx) -> int:
    """Reckon every station's estimates anew; returns how many there are. The old ones go, so that running it twice
    is running it once."""
    counts: dict[UUID, dict[Cell, Answers]] = defaultdict(dict)
    for station, force, band, hour, answers in count_answers(
        ctx.session, since=ctx.now - WINDOW, borders=BORDERS, zone=ZONE
    ):
        cell = _cell(force, band, hour)
        known = counts[station].get(cell, Answers())
        counts[station][cell] = Answers(known.asked + answers.asked, known.accepted + answers.accepted)
    rows = [
        _row(ctx, station, estimate) for station, cells in counts.items() for estimate in learn(cells).values()
    ]  # fmt: skip
    ctx.session.execute(delete(AcceptanceForecast))
    if rows:
        ctx.session.execute(insert(AcceptanceForecast), rows)
    return len(rows)


def _cell(force: str, band: int, hour: int) -> Cell:
    # Offers from before forces were kept with them count for the station only.
    return Cell(force, BANDS[band], hours_of(hour)) if force else Cell()


def _row(ctx: Ctx, station: UUID, estimate: Estimate) -> dict[str, Any]:
    return {
        "station_id": station,
        **estimate.cell._asdict(),
        **estimate.answers._asdict(),
        "mean": estimate.mean,
        "low": estimate.low,
        "high": estimate.high,
        "learnt_at": ctx.now,
    }
