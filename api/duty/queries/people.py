"""Everybody on duty, as the map draws them: columns instead of rows."""

from base64 import b64encode
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from api.duty.rules import Grain
from api.duty.types import PeopleBoard

T = TypeVar("T")
# More than any station has; a limit all the same, because one answer holds them.
MOST = 20_000
# Who was heard of since: by the time of reception, since a phone's own clock may be behind.
_PEOPLE = text("""
    SELECT member_id, force, engaged_with, ST_Y(position::geometry), ST_X(position::geometry), fix_at
    FROM duty_live
    WHERE on_duty AND station_id = :station
      AND (CAST(:ids AS uuid[]) IS NULL OR member_id = ANY(:ids))
      AND (CAST(:seen_after AS timestamptz) IS NULL OR received_at >= :seen_after)
    ORDER BY member_id LIMIT :most
""")


def people_board(
    session: Session,
    station_id: UUID,
    *,
    grain: Grain,
    now: datetime,
    member_ids: Collection[UUID] = (),
    seen_after: datetime | None = None,
) -> PeopleBoard:
    """The station's members on duty, or of these those who are, places as exact as `grain`."""
    values = {"station": station_id, "ids": list(member_ids) or None, "seen_after": seen_after, "most": MOST}
    rows = session.execute(_PEOPLE, values).all()
    ids, forces, tasks, lats, lons, seen = zip(*rows, strict=True) if rows else ((),) * 6
    decimals = [grain.decimals(engaged=task is not None) for task in tasks]
    force_words, incidents = sorted(set(forces)), sorted({task for task in tasks if task is not None})
    return PeopleBoard(
        now=now,
        members=b64encode(b"".join(member.bytes for member in ids)).decode(),
        lat=_rounded(lats, decimals),
        lon=_rounded(lons, decimals),
        force=_places(forces, force_words),
        engaged=_places(tasks, incidents),
        age_s=[None if at is None else max(0, int((now - at).total_seconds())) for at in seen],
        forces=force_words,
        incidents=incidents,
    )


def _rounded(degrees: Iterable[float | None], decimals: Iterable[int | None]) -> list[float | None]:
    return [
        None if value is None else value if keep is None else round(value, keep)
        for value, keep in zip(degrees, decimals, strict=True)
    ]


def _places(values: Iterable[T | None], words: Sequence[T]) -> list[int]:
    """Where each value stands in `words`; -1 for none."""
    index: dict[T | None, int] = {word: place for place, word in enumerate(words)}
    return [index.get(value, -1) for value in values]
