"""Reading the code lists as they are on a day."""

from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from api.disputes.models import DisputeCode
from api.disputes.rules.codes import CodeBook, make_book
from api.disputes.types import CodeList, CodeRow


def code_rows(session: Session, on: date, which: CodeList | None = None) -> list[CodeRow]:
    """The newest version of each code valid that day, list by list in the order of codes."""
    statement = (
        select(
            DisputeCode.list, DisputeCode.code, DisputeCode.version, DisputeCode.parent, DisputeCode.zh, DisputeCode.en,
            DisputeCode.valid_from, DisputeCode.valid_to,
        )
        .ext(distinct_on(DisputeCode.list, DisputeCode.code))
        .where(DisputeCode.valid_from <= on, or_(DisputeCode.valid_to.is_(None), DisputeCode.valid_to >= on))
        .order_by(DisputeCode.list, DisputeCode.code, DisputeCode.version.desc())
    )  # fmt: skip
    if which is not None:
        statement = statement.where(DisputeCode.list == which)
    return [CodeRow(*row) for row in session.execute(statement)]


def book_of(session: Session, on: date) -> CodeBook:
    """Every list of a day, for checking."""
    return make_book(code_rows(session, on))


def labels_of(session: Session) -> dict[tuple[str, str], str]:
    """(list, code) -> the newest Chinese label, of codes that ended too: old cases are still called something."""
    statement = select(DisputeCode.list, DisputeCode.code, DisputeCode.zh).order_by(DisputeCode.version)
    return {(row.list, row.code): row.zh for row in session.execute(statement)}
