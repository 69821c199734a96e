"""Heartbeats: each long-lived process says it is alive, in the database, where the deep health check looks."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Double, extract, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from api.plumbing.db import Base


class Heartbeat(Base):
    """The last sign of life of one kind of process (`pusher`, `relay`, `worker:urgent`, `auditor`)."""

    __tablename__ = "heartbeats"

    name: Mapped[str] = mapped_column(primary_key=True)
    beat_at: Mapped[datetime]


@dataclass(frozen=True)
class Pulse:
    """How long ago, in seconds of the database's clock, a process last gave a sign of life."""

    name: str
    age_s: float


def beat(session: Session, name: str) -> None:
    """Note that `name` is alive now."""
    statement = insert(Heartbeat).values(name=name, beat_at=func.clock_timestamp())
    session.execute(
        statement.on_conflict_do_update(index_elements=["name"], set_={"beat_at": statement.excluded.beat_at})
    )


def read_pulses(session: Session) -> list[Pulse]:
    """The age of every heartbeat, by name."""
    age = extract("epoch", func.clock_timestamp() - Heartbeat.beat_at).cast(Double)
    rows = session.execute(select(Heartbeat.name, age).order_by(Heartbeat.name))
    return [Pulse(name, max(seconds, 0.0)) for name, seconds in rows]
