"""The table of live. Indexes are declared by the migration."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Identity, text
from sqlalchemy.orm import Mapped, mapped_column

from api.plumbing.db import Base


class BoardChange(Base):
    """One line of the log behind the boards, written by triggers and kept for hours.

    A log of its own, because it grows a hundred times faster than what phones ask for after weeks, and a board that
    was away for an hour is loaded anew.
    """

    __tablename__ = "board_changes"

    xid: Mapped[int] = mapped_column(BigInteger, primary_key=True, server_default=text("this_transaction()"))
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    station_id: Mapped[UUID]
    collection: Mapped[str]
    row_id: Mapped[UUID | None]
    about_id: Mapped[UUID | None]
