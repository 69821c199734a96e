"""Cursors over the log of changes miss nothing: not what commits late, not what changes between pages."""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from api.plumbing.changes import CURSOR_LIVES, Cursor, Look, Witness, here_and_now, look_since

STATION, ME, OTHER = uuid4(), uuid4(), uuid4()
Open = Callable[[], psycopg.Connection]


@pytest.fixture
def session(clone_database) -> Iterator[Session]:
    engine = create_engine(clone_database())
    with Session(engine) as session:
        yield session
    engine.dispose()


@pytest.fixture
def connect(session: Session) -> Iterator[Open]:
    opened: list[psycopg.Connection] = []
    conninfo = session.get_bind().url.render_as_string(hide_password=False).replace("+psycopg", "")

    def connect() -> psycopg.Connection:
        opened.append(psycopg.connect(conninfo))
        return opened[-1]

    yield connect
    for connection in opened:
        connection.close()


def test_a_row_committed_late_with_an_earlier_number_is_not_missed(session, connect) -> None:
    start = _now(session)
    slow, quick = connect(), connect()
    late, early = _change(slow), _change(quick)
    quick.commit()
    first = _look(session, start)
    slow.commit()
    second = _look(session, first.cursor)
    assert [_ids(first), _ids(second)] == [[early], [late]]
    assert _ids(_look(session, second.cursor)) == []


def test_what_was_rolled_back_is_nothing(session, connect) -> None:
    start, connection = _now(session), connect()
    _change(connection)
    connection.rollback()
    kept = _change(connection)
    connection.commit()
    assert _ids(_look(session, start)) == [kept]


def test_equal_transactions_over_a_page_border_come_once_each(session, connect) -> None:
    start, connection = _now(session), connect()
    made = [_change(connection) for _ in range(25)]
    connection.commit()
    pages, cursor = [], start
    for _ in range(3):
        look = _look(session, cursor, limit=10)
        pages.append((_ids(look), look.more))
        cursor = look.cursor
    assert [len(ids) for ids, _ in pages] == [10, 10, 5]
    assert [more for _, more in pages] == [True, True, False]
    assert [row for ids, _ in pages for row in ids] == made
    assert _ids(_look(session, cursor)) == []


def test_a_row_changed_between_pages_comes_again(session, connect) -> None:
    start, connection = _now(session), connect()
    made = [_change(connection) for _ in range(15)]
    connection.commit()
    first = _look(session, start, limit=10)
    _change(connection, row=made[0])
    connection.commit()
    second = _look(session, first.cursor, limit=10)
    third = _look(session, second.cursor, limit=10)
    assert _ids(second) == made[10:]
    assert _ids(third) == [made[0]]


def test_a_row_changed_often_comes_once_a_page(session, connect) -> None:
    start, connection = _now(session), connect()
    row = uuid4()
    for _ in range(5):
        _change(connection, row=row)
    connection.commit()
    assert _ids(_look(session, start)) == [row]


def test_others_changes_are_not_mine(session, connect) -> None:
    start, connection = _now(session), connect()
    _change(connection, audience=OTHER)
    connection.commit()
    assert _ids(_look(session, start)) == []


def test_a_clock_set_back_hides_nothing(session, connect) -> None:
    connection = connect()
    _change(connection)
    connection.commit()
    start = _now(session)
    row = _change(connection)
    connection.execute("UPDATE changes SET at = at - interval '1 hour' WHERE row_id = %s", (row,))
    connection.commit()
    assert _ids(_look(session, start)) == [row]


@pytest.mark.parametrize("what", ["restored", "replaced", "ahead", "old"])
def test_a_cursor_of_another_time_or_database_is_refused(session, connect, what: str) -> None:
    connection = connect()
    _change(connection)
    connection.commit()
    cursor = _now(session)
    assert cursor.witness
    begun = int(cursor.base.split(":")[1]) + 1_000
    strange = {
        "restored": replace(cursor, witness=Witness(cursor.witness.id + 7, cursor.witness.at)),
        "replaced": replace(cursor, witness=Witness(cursor.witness.id, cursor.witness.at + 1)),
        "ahead": replace(cursor, base=f"{begun}:{begun}:"),
        "old": replace(cursor, made_at=cursor.made_at - CURSOR_LIVES - timedelta(seconds=5)),
    }
    assert _find(session, strange[what]) is None
    assert _find(session, cursor) is not None


def test_an_empty_log_is_a_good_beginning(session, connect) -> None:
    start = _now(session)
    assert start.witness is None
    connection = connect()
    row = _change(connection)
    connection.commit()
    assert _ids(_look(session, start)) == [row]


@pytest.mark.parametrize("seed", range(8))
def test_any_order_of_commits_and_looks_hands_out_every_row_once(session, connect, seed: int) -> None:
    draw = random.Random(seed)
    writers = {connect(): [] for _ in range(4)}
    cursor, committed, seen = _now(session), [], []
    for _ in range(200):
        act, writer = draw.choice(["change", "change", "commit", "look", "back"]), draw.choice(list(writers))
        if act == "change":
            writers[writer].append(_change(writer))
        elif act == "commit":
            writer.commit()
            committed += writers[writer]
            writers[writer] = []
        elif act == "back" and draw.random() < 0.3:
            writer.rollback()
            writers[writer] = []
        elif act == "look":
            look = _look(session, cursor, limit=draw.choice([1, 3, 100]))
            cursor, seen = look.cursor, seen + _ids(look)
    for writer, rows in writers.items():
        writer.commit()
        committed += rows
    # The last page of a look that was begun earlier may be empty, with newer rows behind it.
    empty = 0
    while empty < 2:
        look = _look(session, cursor, limit=10)
        cursor, seen = look.cursor, seen + _ids(look)
        empty = 0 if _ids(look) else empty + 1
    assert sorted(seen) == sorted(committed)
    assert len(set(seen)) == len(seen)


def _change(connection: psycopg.Connection, *, row: UUID | None = None, audience: UUID = ME) -> UUID:
    row = row or uuid4()
    connection.execute(
        "INSERT INTO changes (station_id, audience, collection, row_id) VALUES (%s, %s, 'things', %s)",
        (STATION, audience, row),
    )
    return row


def _now(session: Session) -> Cursor:
    cursor = here_and_now(session)
    session.rollback()
    return cursor


def _find(session: Session, cursor: Cursor, limit: int = 100) -> Look | None:
    look = look_since(session, cursor, [ME], limit=limit)
    session.rollback()
    return look


def _look(session: Session, cursor: Cursor, limit: int = 100) -> Look:
    look = _find(session, cursor, limit)
    assert look is not None
    return look


def _ids(look: Look) -> list[UUID]:
    return [change.row_id for change in look.changes]
