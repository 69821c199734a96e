"""Runs migrations as the owner role, one at a time, never waiting long for a lock."""

import os

from alembic import context
from sqlalchemy import create_engine, text

from api.all_models import metadata


def run() -> None:
    """Migrate the database named by GRIDLOOP_OWNER_DATABASE_URL (or the connection a test hands in)."""
    given = context.config.attributes.get("connection")
    if given is not None:
        _migrate(given)
        return
    engine = create_engine(os.environ["GRIDLOOP_OWNER_DATABASE_URL"])
    with engine.connect() as connection:
        _migrate(connection)
        connection.commit()


def _migrate(connection) -> None:
    # A migration that waits for a lock makes everybody behind it wait too: give up early and try again instead.
    connection.execute(text("SET lock_timeout = '2s'"))
    connection.execute(text("SET statement_timeout = '10min'"))
    connection.execute(text("SELECT pg_advisory_lock(hashtextextended('gridloop.migrate', 0))"))
    context.configure(connection=connection, target_metadata=metadata, transaction_per_migration=False)
    with context.begin_transaction():
        context.run_migrations()
    connection.execute(text("SELECT pg_advisory_unlock(hashtextextended('gridloop.migrate', 0))"))


run()
