"""The database handle and the column vocabulary of every model."""

from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import ARRAY, BigInteger, ColumnElement, MetaData, Text, any_, literal, text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, mapped_column, registry

from api.plumbing.pool import WatchedPool

# Set before the first table exists, so that every constraint has the name a migration will need to drop it.
CONVENTION = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The declarative base of every model."""

    # Not `type_annotation_map`: Flask-SQLAlchemy subclasses this class, and SQLAlchemy reads the map at the root only.
    registry = registry(
        metadata=MetaData(naming_convention=CONVENTION),
        type_annotation_map={
            str: Text,
            datetime: TIMESTAMP(timezone=True),
            UUID: PgUUID(as_uuid=True),
            dict[str, Any]: JSONB,
        },
    )


# A session bound to a plain Connection (the tests' outer transaction) works in savepoints; bound to an engine
# the mode changes nothing.
db = SQLAlchemy(
    model_class=Base,
    session_options={"join_transaction_mode": "create_savepoint", "expire_on_commit": False},
    engine_options={"poolclass": WatchedPool},
)

Id = Annotated[UUID, mapped_column(primary_key=True)]
Version = Annotated[int, mapped_column(BigInteger, server_default=text("1"), nullable=False)]


def among(column: InstrumentedAttribute[Any], values: Collection[Any]) -> ColumnElement[bool]:
    """`column` is one of `values`, as one array parameter: a list of ten thousand neither grows the statement's text
    nor meets the protocol's limit of parameters."""
    return column == any_(literal(list(values), ARRAY(column.type)))
