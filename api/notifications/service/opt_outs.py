"""Who wants no text messages. Found by the number's blind index, so that the list itself names nobody."""

from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from api.audit.service import record
from api.identity.queries import phone_index
from api.notifications.models import OptOut
from api.notifications.types import Letter
from api.plumbing.context import Ctx
from api.plumbing.db import among

REPLY, PROVIDER = "reply", "provider"
OPTED_OUT = "opted_out"


def opted_out(session: Session, indexes: Collection[bytes]) -> set[bytes]:
    """Those of these number indexes that want no texts."""
    if not indexes:
        return set()
    return set(session.scalars(select(OptOut.number_index).where(among(OptOut.number_index, list(indexes)))))


def refused_texts(session: Session, letters: Iterable[Letter]) -> dict[UUID, str]:
    """Of these claimed texts, those to numbers that want none, with the reason: the one gate before every provider."""
    indexes = {letter.id: phone_index(letter.address) for letter in letters if letter.address}
    stopped = opted_out(session, set(indexes.values()))
    return {message_id: OPTED_OUT for message_id, index in indexes.items() if index in stopped}


def opt_out(ctx: Ctx, number_index: bytes, *, source: str) -> bool:
    """Text this number no more; False when that was known."""
    row = insert(OptOut).values(id=ctx.new_id(), number_index=number_index, source=source, opted_out_at=ctx.now)
    statement = row.on_conflict_do_nothing(index_elements=["number_index"]).returning(OptOut.id)
    new = ctx.session.scalar(statement)
    if new is not None:
        record(ctx, "number.opted_out", "number", new, source=source)
    return new is not None


def opt_in(ctx: Ctx, number_index: bytes) -> bool:
    """Its owner wants texts again; False when they were never refused."""
    gone = ctx.session.scalar(delete(OptOut).where(OptOut.number_index == number_index).returning(OptOut.id))
    if gone is not None:
        record(ctx, "number.opted_in", "number", gone)
    return gone is not None
