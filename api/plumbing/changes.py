"""The log of changes, and cursors over it that miss nothing.

Rows of the log are written by triggers in the transaction of the change. Ids and times are taken before a commit, and
commits come in another order, so neither can be a cursor: a row committed late with an earlier id would be missed. A
cursor is the database snapshot of the last look. What that snapshot could not see is new, whatever its number.

Corner cases: a long transaction (its rows come when it commits, nobody else's come twice), a restored or replaced
database (the witness row is gone or is another one), a clock set back (time decides nothing but the age of a cursor).
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import BigInteger, Identity, text
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.orm import Mapped, Session, mapped_column

from api.plumbing.context import Ctx
from api.plumbing.db import Base

KEPT = timedelta(days=30)
# Well within what is kept, so that a cursor is refused before anything it needs is gone.
CURSOR_LIVES = timedelta(days=14)
# The audience of what concerns whoever asks, at every station.
EVERYBODY = UUID(int=0)


class LoggedChange(Base):
    """One line of the log, written by triggers. `audience`: whom it concerns, a person or what stands for some."""

    __tablename__ = "changes"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    xid: Mapped[int] = mapped_column(BigInteger, server_default=text("this_transaction()"))
    at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    station_id: Mapped[UUID]
    audience: Mapped[UUID]
    collection: Mapped[str]
    row_id: Mapped[UUID]


@dataclass(frozen=True)
class Witness:
    """The newest row of the log when a cursor was made: its id and its microseconds since 1970."""

    id: int
    at: int


@dataclass(frozen=True)
class Cursor:
    """How far somebody has seen.

    `base`: everything visible in this snapshot has been seen. While the pages of one look are read, `upto` is the
    snapshot it is taken in, and `xid` and `id` the last row handed out.
    """

    base: str
    made_at: datetime
    witness: Witness | None = None
    upto: str | None = None
    xid: int = 0
    id: int = 0


class Change(NamedTuple):
    """A row of a collection that changed for somebody; `xid` and `id` are its place in the log."""

    collection: str
    row_id: UUID
    audience: UUID
    xid: int
    id: int


class Look(NamedTuple):
    """What is new, each row once, in the order of the log; `more`: the next page is waiting behind the cursor.

    Whoever can use only the changes before one of them goes on from `cursor_before` it.
    """

    changes: list[Change]
    cursor: Cursor
    more: bool
    began: Cursor

    def cursor_before(self, change: Change) -> Cursor:
        """The cursor for a page that ends before this change."""
        return replace(self.began, xid=change.xid, id=change.id - 1)


# One statement, so one snapshot. The head of the log is read by the primary key's end.
_HEAD = text("""
    SELECT CAST(pg_current_snapshot() AS text) AS snapshot, clock_timestamp() AS now, newest.id,
        CAST(extract(epoch FROM newest.at) * 1000000 AS bigint) AS at
    FROM (SELECT) AS one LEFT JOIN LATERAL (SELECT id, at FROM changes ORDER BY id DESC LIMIT 1) AS newest ON true
""")
# The head and what is new, in one statement too: most pulls find nothing, and another round would double their cost.
# One row with nulls stands for no news.
_NEWS = text("""
    SELECT head.*, news.id, news.xid, news.collection, news.row_id, news.audience
    FROM (
        SELECT CAST(pg_current_snapshot() AS text) AS snapshot, clock_timestamp() AS now, newest.id AS newest_id,
            CAST(extract(epoch FROM newest.at) * 1000000 AS bigint) AS newest_at,
            (SELECT CAST(extract(epoch FROM at) * 1000000 AS bigint) FROM changes WHERE id = :witness) AS witnessed
        FROM (SELECT) AS one LEFT JOIN LATERAL (SELECT id, at FROM changes ORDER BY id DESC LIMIT 1) AS newest ON true
    ) AS head
    LEFT JOIN LATERAL (
        SELECT id, xid, collection, row_id, audience FROM changes
        WHERE audience = ANY(:audiences) AND (xid, id) > (:xid, :id)
          AND xid >= CAST(CAST(pg_snapshot_xmin(CAST(:base AS pg_snapshot)) AS text) AS bigint)
          AND NOT pg_visible_in_snapshot(CAST(CAST(xid AS text) AS xid8), CAST(:base AS pg_snapshot))
          AND pg_visible_in_snapshot(CAST(CAST(xid AS text) AS xid8),
                                     CAST(coalesce(CAST(:upto AS text), head.snapshot) AS pg_snapshot))
        ORDER BY xid, id LIMIT :limit
    ) AS news ON true
    ORDER BY news.xid, news.id
""").columns(row_id=PgUUID(as_uuid=True), audience=PgUUID(as_uuid=True))
_PRUNE = text("""
    DELETE FROM changes WHERE id IN (
        SELECT id FROM changes WHERE at < CAST(:now AS timestamptz) - CAST(:kept AS interval)
          AND id < (SELECT max(id) FROM changes) LIMIT :limit)
""")


def here_and_now(session: Session) -> Cursor:
    """A cursor before which everything counts as seen."""
    head = session.execute(_HEAD).one()
    return Cursor(head.snapshot, head.now, _witness(head.id, head.at))


def look_since(session: Session, cursor: Cursor, audiences: Collection[UUID], *, limit: int) -> Look | None:
    """The next page of what changed for these audiences since the cursor; None when the cursor says nothing any more.

    It says nothing when it is too old, or was made by another database than this one as it is now.
    """
    seen = cursor.witness
    # Past the session, which has no objects to keep here: most pulls are this statement and little else.
    rows = session.connection().execute(
        _NEWS,
        {"witness": seen.id if seen else 0, "audiences": list(audiences), "base": cursor.base, "upto": cursor.upto,
         "xid": cursor.xid, "id": cursor.id, "limit": limit},
    ).all()  # fmt: skip
    head = rows[0]
    stranger = head.witnessed != seen.at if seen else False
    if stranger or head.now - cursor.made_at > CURSOR_LIVES or _is_ahead(cursor, head.snapshot):
        return None
    if cursor.upto is None:
        witness = _witness(head.newest_id, head.newest_at)
        cursor = replace(cursor, upto=head.snapshot, witness=witness, made_at=head.now)
    rows = [row for row in rows if row.id is not None]
    first: dict[tuple[str, UUID], Change] = {}
    for row in rows:
        change = Change(row.collection, row.row_id, row.audience, row.xid, row.id)
        first.setdefault((change.collection, change.row_id), change)
    changes = list(first.values())
    if len(rows) == limit:
        return Look(changes, replace(cursor, xid=rows[-1].xid, id=rows[-1].id), more=True, began=cursor)
    return Look(changes, Cursor(cursor.upto or "", cursor.made_at, cursor.witness), more=False, began=cursor)


def prune_changes(ctx: Ctx, *, limit: int = 50_000) -> int:
    """Drop what no cursor can need any more; the newest row stays, as everybody's witness."""
    result = ctx.session.execute(_PRUNE, {"now": ctx.now, "kept": KEPT, "limit": limit})
    return int(result.rowcount)  # type: ignore[attr-defined]


def _witness(row_id: int | None, at: int | None) -> Witness | None:
    return None if row_id is None or at is None else Witness(row_id, at)


def _is_ahead(cursor: Cursor, snapshot: str) -> bool:
    """Whether the cursor has seen transactions this database has not begun yet."""
    begun = [int(seen.split(":")[1]) for seen in (cursor.base, cursor.upto) if seen]
    return max(begun) > int(snapshot.split(":")[1])
