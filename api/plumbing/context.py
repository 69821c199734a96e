"""The unit of work: one transaction, one actor, one clock.

Services receive a `Ctx` and never commit; the context manager commits once or rolls everything back.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from api.kernel.ids import uuid7
from api.plumbing.db import db


@dataclass(frozen=True)
class Actor:
    """Who is acting: a signed-in person, the system itself, or a provider's callback."""

    kind: str
    person_id: UUID | None = None
    station_id: UUID | None = None
    session_id: UUID | None = None
    roles: frozenset[str] = frozenset()
    permissions: frozenset[str] = frozenset()

    @property
    def station(self) -> UUID:
        """The station all of this actor's reads and writes are scoped to."""
        if self.station_id is None:
            raise LookupError(f"an actor of kind {self.kind} belongs to no station")
        return self.station_id

    @property
    def person(self) -> UUID:
        """The acting person's id; only people have one."""
        if self.person_id is None:
            raise LookupError(f"an actor of kind {self.kind} is no person")
        return self.person_id


SYSTEM = Actor(kind="system")
ANONYMOUS = Actor(kind="anonymous")


@dataclass(frozen=True)
class Ctx:
    """What a service may know of its caller: the open session, the actor, the database's time, the request id."""

    session: Session
    actor: Actor
    now: datetime
    request_id: str
    entropy: Callable[[int], bytes] = field(default=os.urandom)

    def new_id(self) -> UUID:
        """A fresh UUIDv7 stamped with this unit's time."""
        return uuid7(int(self.now.timestamp() * 1000), self.entropy(10))


@contextmanager
def transaction() -> Iterator[Session]:
    """One transaction: commit when the block ends, roll back when it raises, then give the connection back."""
    session = db.session()
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        # Back to the pool at once: a caller that goes on to talk to the network holds no connection.
        db.session.remove()


@contextmanager
def unit_of_work(actor: Actor, *, request_id: str = "-") -> Iterator[Ctx]:
    """Open a transaction as `actor` and yield its Ctx."""
    with transaction() as session:
        yield open_ctx(session, actor, request_id=request_id)


def open_ctx(session: Session, actor: Actor, *, request_id: str) -> Ctx:
    """Tell the database who is acting (triggers read it) and take its clock, in one round trip."""
    now = session.execute(
        text(
            "SELECT clock_timestamp(), set_config('gridloop.actor', :actor, true),"
            " set_config('gridloop.request', :request, true)"
        ),
        {"actor": str(actor.person_id or actor.kind), "request": request_id},
    ).scalar_one()
    return Ctx(session=session, actor=actor, now=now, request_id=request_id)
