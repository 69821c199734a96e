"""A station's own forces and skills, beside the common ones."""

import re

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from api.audit.service import record
from api.grids.errors import WordCommon, WordUnfit
from api.grids.models import Force, Skill
from api.grids.service.units import lock_station
from api.grids.types import Word
from api.plumbing.context import Ctx

WORD_CODE = re.compile(r"[a-z][a-z0-9_]{1,39}")


def put_force(ctx: Ctx, *, word: Word) -> Word:
    """Add a force of the station, or rename it; raises WordCommon for a code all stations share."""
    return _put(ctx, Force, word)


def put_skill(ctx: Ctx, *, word: Word) -> Word:
    """Add a skill of the station, or rename it; raises WordCommon for a code all stations share."""
    return _put(ctx, Skill, word)


def _put(ctx: Ctx, table: type[Force | Skill], word: Word) -> Word:
    if not WORD_CODE.fullmatch(word.code):
        raise WordUnfit
    lock_station(ctx)
    if ctx.session.scalar(select(table.id).where(table.station_id.is_(None), table.code == word.code)):
        raise WordCommon
    mine = table.station_id == ctx.actor.station
    renamed = update(table).where(mine, table.code == word.code).values(zh=word.zh, en=word.en).returning(table.id)
    if ctx.session.scalar(renamed) is None:
        values = {"id": ctx.new_id(), "station_id": ctx.actor.station, "code": word.code, "zh": word.zh, "en": word.en}
        ctx.session.execute(insert(table).values(**values))
    record(ctx, f"{table.__tablename__}.put", "station", ctx.actor.station, code=word.code)
    return Word(word.code, word.zh, word.en, common=False)
