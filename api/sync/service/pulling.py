"""One page for one reader: a first look through everything, or what changed since the cursor."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from api.followups.queries import holder_ids, open_visit_ids
from api.plumbing.changes import EVERYBODY, Change, Cursor, Look, here_and_now, look_since
from api.plumbing.context import Ctx
from api.sync.rules import next_collection
from api.sync.service.sources import SOURCES, Reader
from api.sync.service.tokens import read_token, write_token
from api.sync.types import Begun, Collection, Encode, Pulled

# A page ends with the row that reaches so many bytes; what one slow phone gets through in a few seconds.
PAGE_BYTES = 200_000
# And is never larger than this many rows, so that one look at the log is bounded too.
PAGE_ROWS = 500
# In the log: who holds a list has changed, so its rows appear or vanish together.
HOLDERS = "holders"
_NAMES = frozenset(name.value for name in Collection)
Row = tuple[Change, Collection, UUID]


def pull(ctx: Ctx, token: list[Any] | None, encode: Mapping[Collection, Encode]) -> Pulled:
    """The next page behind a token's values, or the first one without.

    `reset` on the page: the token says nothing any more (too old, another database), and this is the beginning.
    """
    reader = Reader(ctx, holder_ids(ctx.session, ctx.actor.person))
    read = read_token(token)
    if read is not None:
        cursor, begun = read
        if begun is not None:
            return _list(reader, cursor, begun, encode)
        look = look_since(ctx.session, cursor, [*reader.holders, ctx.actor.station, EVERYBODY], limit=PAGE_ROWS)
        if look is not None:
            return _follow(reader, look, encode)
    page = _list(reader, here_and_now(ctx.session), Begun(next(iter(Collection))), encode)
    page.reset = True
    return page


def _list(reader: Reader, cursor: Cursor, begun: Begun | None, encode: Mapping[Collection, Encode]) -> Pulled:
    """A page of everything; the cursor was taken before the first one, so what changes meanwhile comes afterwards."""
    page = Pulled(reader.ctx.now)
    while begun is not None and page.size < PAGE_BYTES:
        source = SOURCES[begun.collection]
        ids = source.ids(reader, begun.after, PAGE_ROWS)
        rows = source.rows(reader, ids)
        begun = _add_listed(page, begun, [(row_id, rows[row_id]) for row_id in ids if row_id in rows], encode)
        if len(ids) < PAGE_ROWS and page.size < PAGE_BYTES:
            following = next_collection(begun.collection)
            begun = None if following is None else Begun(following)
    page.more = begun is not None
    page.token = write_token(cursor, begun)
    return page


def _add_listed(
    page: Pulled, begun: Begun, rows: list[tuple[UUID, Any]], encode: Mapping[Collection, Encode]
) -> Begun:  # fmt: skip
    for row_id, row in rows:
        page.add(begun.collection, encode[begun.collection](row))
        begun = Begun(begun.collection, row_id)
        if page.size >= PAGE_BYTES:
            break
    return begun


def _follow(reader: Reader, look: Look, encode: Mapping[Collection, Encode]) -> Pulled:
    page = Pulled(reader.ctx.now, more=look.more, token=write_token(look.cursor, None))
    wanted = list(dict.fromkeys(_rows_of(reader.ctx, look.changes)))
    ids: dict[Collection, set[UUID]] = {}
    for _, name, row_id in wanted:
        ids.setdefault(name, set()).add(row_id)
    found = {name: SOURCES[name].rows(reader, which) for name, which in ids.items()}
    for change, name, row_id in wanted:
        if page.size >= PAGE_BYTES:
            page.more, page.token = True, write_token(look.cursor_before(change), None)
            break
        if row_id in found[name]:
            page.add(name, encode[name](found[name][row_id]))
        else:
            page.remove(name, row_id)
    return page


def _rows_of(ctx: Ctx, changes: list[Change]) -> Iterator[Row]:
    held = open_visit_ids(ctx.session, {change.row_id for change in changes if change.collection == HOLDERS})
    for change in changes:
        if change.collection == HOLDERS:
            for visit_id in held[change.row_id]:
                yield change, Collection.VISITS, visit_id
        elif change.collection in _NAMES:
            yield change, Collection(change.collection), change.row_id
