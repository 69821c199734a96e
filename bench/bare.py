"""The limit: the same reads and writes without the program around them.

The statements are not written by hand: they are taken from the program while it does the thing inside a transaction
that is rolled back, and then sent again, unchanged, over a bare psycopg connection. So the limit always reads and
writes exactly what the program does, and whatever the program adds to it is its own time.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import psycopg
from flask import Flask
from sqlalchemy import Connection, event

from api.plumbing.db import db


class Statement(NamedTuple):
    """One statement as the driver got it."""

    text: str
    parameters: Any
    many: bool


def record_statements(app: Flask, act: Callable[[], object]) -> list[Statement]:
    """Everything `act` sends to the database; nothing of it stays."""
    found: list[Statement] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        # Savepoints stand for the program's own transaction here.
        if "SAVEPOINT" not in statement:
            found.append(Statement(statement, parameters, isinstance(parameters, list)))

    with undone(app) as connection:
        event.listen(connection, "before_cursor_execute", note)
        try:
            act()
        finally:
            event.remove(connection, "before_cursor_execute", note)
    return found


@contextmanager
def undone(app: Flask) -> Iterator[Connection]:
    """An app context in which whatever is committed is rolled back at the end."""
    with app.app_context():
        engine = db.engine
        with engine.connect() as connection:
            outer = connection.begin()
            db.engines[None] = connection  # type: ignore[assignment]
            try:
                yield connection
            finally:
                db.session.remove()
                db.engines[None] = engine
                outer.rollback()


def replay(connection: psycopg.Connection[Any], statements: list[Statement], *, keep: bool = True) -> float:
    """Send the statements as one durable transaction, or take them back (not `keep`); the seconds it took."""
    started = time.perf_counter()
    with connection.cursor() as cursor:
        for text, parameters, many in statements:
            if many:
                cursor.executemany(text, parameters)
            else:
                cursor.execute(text, parameters)
            if cursor.description is not None:
                cursor.fetchall()
    if keep:
        connection.commit()
    seconds = time.perf_counter() - started
    connection.rollback()
    return seconds
