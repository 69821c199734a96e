"""The limit: the same reads and writes without the program around them.

The statements are not written by hand: they are taken from the program while it does the thing inside a transaction
that is rolled back, and then sent again, unchanged, over a bare psycopg connection. So the limit always reads and
writes exactly what the program does, and whatever the program adds to it is its own time.
"""

import time
from collections.abc import Callable
from typing import Any, NamedTuple

import psycopg
from flask import Flask
from sqlalchemy import event

from api.plumbing.db import db


class Statement(NamedTuple):
    """One statement as the driver got it."""

    text: str
    parameters: Any
    many: bool


def record_statements(app: Flask, act: Callable[[], None]) -> list[Statement]:
    """Everything `act` sends to the database; nothing of it stays."""
    found: list[Statement] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        # Savepoints stand for the program's own transaction here.
        if "SAVEPOINT" not in statement:
            found.append(Statement(statement, parameters, isinstance(parameters, list)))

    with app.app_context():
        engine = db.engine
        with engine.connect() as connection:
            outer = connection.begin()
            db.engines[None] = connection  # type: ignore[assignment]
            event.listen(connection, "before_cursor_execute", note)
            try:
                act()
            finally:
                event.remove(connection, "before_cursor_execute", note)
                db.session.remove()
                db.engines[None] = engine
                outer.rollback()
    return found


def replay(connection: psycopg.Connection[Any], statements: list[Statement]) -> float:
    """Send the statements as one durable transaction; the seconds it took."""
    started = time.perf_counter()
    with connection.cursor() as cursor:
        for text, parameters, many in statements:
            if many:
                cursor.executemany(text, parameters)
            else:
                cursor.execute(text, parameters)
            if cursor.description is not None:
                cursor.fetchall()
    connection.commit()
    return time.perf_counter() - started
