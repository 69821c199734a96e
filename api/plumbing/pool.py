"""Connections that are looked at before they are lent, without a round trip.

A server that restarts, or ends an idle connection, says so: the socket of the connection becomes readable. Asking the
kernel costs a microsecond; asking the server, as a ping does, cost every request a round trip to hear the same.
"""

import select
from typing import Any

from sqlalchemy import QueuePool, event
from sqlalchemy.exc import DisconnectionError


class WatchedPool(QueuePool):
    """A pool that throws away a connection on which something has arrived while nobody was using it."""


@event.listens_for(WatchedPool, "checkout")
def look_at_line(connection: Any, _: Any, __: Any) -> None:
    """Raise DisconnectionError, which makes the pool try a new connection, for a line that is closed or has news."""
    line = select.poll()
    line.register(connection.fileno(), select.POLLIN)
    if line.poll(0):
        raise DisconnectionError
