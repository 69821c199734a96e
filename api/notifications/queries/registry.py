"""Reading registered wordings."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.notifications.models import SmsTemplate
from api.notifications.rules.registry import version_of
from api.notifications.types import TemplateState, TemplateView


def texts(session: Session, provider: str | None = None, state: str | None = None) -> list[TemplateView]:
    """Every registered wording, or a provider's, or those in a state; in the order of their names."""
    statement = select(SmsTemplate).order_by(
        SmsTemplate.template, SmsTemplate.language, SmsTemplate.linked, SmsTemplate.wording.desc(), SmsTemplate.provider
    )
    if provider is not None:
        statement = statement.where(SmsTemplate.provider == provider)
    if state is not None:
        statement = statement.where(SmsTemplate.state == state)
    return views(session.scalars(statement))


def text_of(session: Session, text_id: UUID) -> TemplateView | None:
    """One registered wording."""
    return next(iter(views(session.scalars(select(SmsTemplate).where(SmsTemplate.id == text_id)))), None)


def views(rows: Iterable[SmsTemplate]) -> list[TemplateView]:
    """Rows as they are shown."""
    return [
        TemplateView(
            row.id, row.provider, row.template, row.wording, row.language, row.linked, row.signature, row.body,
            row.mapping, row.code, TemplateState(row.state), row.reason, row.changed_at,
            current=row.wording == version_of(row.template),
        )
        for row in rows
    ]  # fmt: skip
