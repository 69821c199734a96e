"""Advisory locks by name, for work that should run once at a time and is safe if it does not."""

from sqlalchemy import text
from sqlalchemy.orm import Session


def try_lock(session: Session, name: str) -> bool:
    """Take the transaction-long lock called `name`; False when another transaction holds it."""
    locked: bool = session.execute(
        text("SELECT pg_try_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name}
    ).scalar_one()
    return locked
