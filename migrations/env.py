"""Runs migrations as the owner role, one at a time, never waiting long for a lock.

Each migration is a transaction of its own: what one has locked is free before the next begins, and an upgrade that is
broken off goes on where it stopped.
"""

import os
import time

from alembic import context
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from api.all_models import metadata

# Whoever asks for a table while a migration waits for it waits behind the migration: it gives up early, lets everybody
# pass, and comes again. Whoever sits in the way for longer than all tries is for a person to end.
LOCK_TIMEOUT = "1s"
TRIES, FIRST_PAUSE_S = 6, 0.5
LOCK_NOT_AVAILABLE = "55P03"


def run() -> None:
    """Migrate the database named by GRIDLOOP_OWNER_DATABASE_URL (or the connection a test hands in)."""
    given = context.config.attributes.get("connection")
    if given is not None:
        _insist(given)
        return
    engine = create_engine(os.environ["GRIDLOOP_OWNER_DATABASE_URL"])
    with engine.connect() as connection:
        _insist(connection)


def _insist(connection) -> None:
    tries = int(context.config.attributes.get("tries", TRIES))
    for number in range(1, tries + 1):
        try:
            _migrate(connection)
            return
        except OperationalError as error:
            connection.rollback()
            if getattr(error.orig, "sqlstate", "") != LOCK_NOT_AVAILABLE or number == tries:
                raise
            pause = FIRST_PAUSE_S * 2 ** (number - 1)
            context.config.print_stdout(f"A table is in use: try {number} of {tries} gave up; again in {pause} s.")
            time.sleep(pause)


def _migrate(connection) -> None:
    # Held by the session until the end, whatever is committed in between: two upgrades at once take turns.
    connection.execute(text("SELECT pg_advisory_lock(hashtextextended('gridloop.migrate', 0))"))
    connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
    connection.execute(text("SET statement_timeout = '10min'"))
    connection.commit()
    try:
        context.configure(connection=connection, target_metadata=metadata, transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
    finally:
        connection.rollback()
        connection.execute(text("SELECT pg_advisory_unlock(hashtextextended('gridloop.migrate', 0))"))
        connection.commit()


run()
