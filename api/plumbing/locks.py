"""Advisory locks by name, for work that should run once at a time and is safe if it does not."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session


def try_lock(session: Session, name: str) -> bool:
    """Take the transaction-long lock called `name`; False when another transaction holds it."""
    locked: bool = session.execute(
        text("SELECT pg_try_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name}
    ).scalar_one()
    return locked


def take_locks(session: Session, names: Sequence[str]) -> None:
    """Wait for the transaction-long locks called `names`, in one fixed order, so that two callers cannot deadlock."""
    session.execute(
        text(
            "SELECT pg_advisory_xact_lock(ordered.key) FROM (SELECT DISTINCT hashtextextended(name, 0) AS key"
            " FROM unnest(CAST(:names AS text[])) AS name ORDER BY key) AS ordered"
        ),
        {"names": list(names)},
    )
