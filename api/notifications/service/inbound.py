"""Texts that come in: kept once, understood, placed, and answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from api.identity.queries import contacts_of, field_people_with, phone_index
from api.notifications.models import InboundMessage, ReplyCode
from api.notifications.rules.replies import read_reply
from api.notifications.service.opt_outs import REPLY, opt_in, opt_out
from api.notifications.service.queueing import queue_sms_to_number
from api.notifications.types import NumberNotice, Urgency
from api.notifications.types.reaching import InboundText, ReadText, Reply, ReplyFate, Word
from api.plumbing.context import Ctx

# Two machines that answer each other's texts would never end; a person does not write more than this.
MOST_ANSWERS, WITHIN = 8, timedelta(minutes=10)
# Our answer to a text is of no use after this.
ANSWER_LIVES = timedelta(minutes=30)
_F = ReplyFate


@dataclass(frozen=True)
class Question:
    """Something a number was asked: open, or ended so lately that a text about it may still be under way."""

    code: int
    open: bool
    station_id: UUID
    subject_kind: str
    subject_id: UUID
    person_id: UUID


def take_text(ctx: Ctx, text: InboundText) -> Reply:
    """Keep a text once and say what it is about. A stop or a start takes effect here; an answer is the caller's."""
    number = phone_index(text.sender)
    inbound_id = _keep(ctx, text, number)
    if inbound_id is None:
        return Reply(ctx.new_id(), _F.REPEATED)
    reply = _place(ctx, inbound_id, number, read_reply(text.body))
    statement = update(InboundMessage).where(InboundMessage.id == inbound_id)
    ctx.session.execute(statement.values(fate=reply.fate, subject_id=reply.subject_id))
    return reply


def answer_text(ctx: Ctx, sender: str, reply: Reply, notice: tuple[str, dict[str, str]]) -> UUID | None:
    """Text back what became of it: (template, variables). None to a stranger, or to who has had too many answers."""
    if reply.station_id is None or _too_many(ctx, sender):
        return None
    template, variables = notice
    return queue_sms_to_number(
        ctx,
        NumberNotice(
            sender, "inbound", reply.id, template, Urgency.ALERT, "answer", ctx.now + ANSWER_LIVES,
            variables=variables, station_id=reply.station_id, language=reply.language,
        ),
    )  # fmt: skip


def _keep(ctx: Ctx, text: InboundText, number: bytes) -> UUID | None:
    row = insert(InboundMessage).values(
        id=ctx.new_id(), provider=text.provider, ref=text.ref, number_index=number, fate="new", received_at=ctx.now
    )
    kept: UUID | None = ctx.session.scalar(row.on_conflict_do_nothing().returning(InboundMessage.id))
    return kept


def _place(ctx: Ctx, inbound_id: UUID, number: bytes, read: ReadText) -> Reply:
    questions = _questions(ctx, number)
    station_id, language = _home_of(ctx, number, questions)
    said = Reply(inbound_id, _F.NOTHING_OPEN, read.word, station_id=station_id, language=language)
    said = said.with_codes(question.code for question in questions if question.open)
    if read.word is Word.STOP:
        opt_out(ctx, number, source=REPLY)
        return said.as_(_F.STOPPED)
    if read.word is Word.START:
        opt_in(ctx, number)
        return said.as_(_F.STARTED)
    if station_id is None:
        return said.as_(_F.STRANGER)
    return said.as_(_F.HELP) if read.word is Word.HELP else _match(said, read, questions)


def _match(said: Reply, read: ReadText, questions: Sequence[Question]) -> Reply:
    """Which question is answered. Never a guess between two, and never a code that is nearly right."""
    waiting = [question for question in questions if question.open]
    if read.code is not None:
        named = next((question for question in questions if question.code == read.code), None)
        if named is None:
            return said.as_(_F.UNKNOWN_CODE)
    elif len(waiting) > 1:
        return said.as_(_F.WHICH)
    else:
        # The one that is open; or the one that was asked last, whose end they will be told.
        named = next(iter(waiting), questions[-1] if questions else None)
    if named is None:
        return said
    if read.word not in (Word.YES, Word.NO):
        return said.as_(_F.UNCLEAR)
    return said.about(named.subject_kind, named.subject_id, named.person_id, named.station_id)


def _questions(ctx: Ctx, number: bytes) -> list[Question]:
    """Asked last comes last."""
    statement = (
        select(
            ReplyCode.code, ReplyCode.expires_at > ctx.now, ReplyCode.station_id, ReplyCode.subject_kind,
            ReplyCode.subject_id, ReplyCode.person_id,
        )
        .where(ReplyCode.number_index == number, ReplyCode.free_at > ctx.now)
        .order_by(ReplyCode.expires_at, ReplyCode.id)
    )  # fmt: skip
    return [Question(*row) for row in ctx.session.execute(statement)]


def _home_of(ctx: Ctx, number: bytes, questions: Sequence[Question]) -> tuple[UUID | None, str]:
    """The station that answers this number and the language it does so in; no station for a number nobody has."""
    known = [(question.person_id, question.station_id) for question in questions]
    known = known or [(row.id, row.station_id) for row in field_people_with(ctx.session, number)]
    if not known:
        return None, "zh-CN"
    person_id, station_id = known[-1]
    contact = contacts_of(ctx.session, [person_id]).get(person_id)
    return station_id, contact.language if contact else "zh-CN"


def _too_many(ctx: Ctx, sender: str) -> bool:
    since = ctx.now - WITHIN
    statement = select(func.count()).where(
        InboundMessage.number_index == phone_index(sender), InboundMessage.received_at > since
    )
    return (ctx.session.scalar(statement) or 0) > MOST_ANSWERS
