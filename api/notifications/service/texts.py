"""Texts many messages share: looked up once for a batch of letters, opened once for each subject."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import select

from api.notifications.models import MessageText
from api.notifications.types import Letter, Wording
from api.plumbing.context import Ctx
from api.plumbing.db import among

# Kinds of subject that may have a text of their own; nobody else's letters cost a look.
KINDS = frozenset({"notice"})


def add_texts(ctx: Ctx, letters: Sequence[Letter]) -> list[Letter]:
    """The letters with the text of their subject, in their reader's language, where one was kept."""
    subjects = {letter.subject_id for letter in letters if letter.subject_kind in KINDS and letter.subject_id}
    if not subjects:
        return list(letters)
    rows = ctx.session.execute(
        select(MessageText.subject_id, MessageText.wording).where(among(MessageText.subject_id, subjects))
    )
    texts = {row.subject_id: row.wording for row in rows}
    return [_with_text(letter, texts) for letter in letters]


def _with_text(letter: Letter, texts: dict[UUID, dict[str, dict[str, str]]]) -> Letter:
    wording = texts.get(letter.subject_id) if letter.subject_id and letter.subject_kind in KINDS else None
    if wording is None:
        return letter
    language = "en" if letter.language.lower().startswith("en") else "zh-CN"
    return replace(letter, wording=Wording(**wording[language]))
