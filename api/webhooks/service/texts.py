"""A text that came in: to the incident it answers, or back with what is wrong with it."""

from collections.abc import Callable

from api.incidents.service.replies import answer_by_number, offer_link
from api.incidents.types.replies import ReplyEnd, SpokenAnswer
from api.notifications.rules.templates import LINK
from api.notifications.service.inbound import answer_text, take_text
from api.notifications.types.reaching import InboundText, Proof, Reply, ReplyFate, Word
from api.plumbing.context import Ctx

OFFER = "offer"
Answer = tuple[str, dict[str, str]]
# A variable of a template holds ten characters: three codes are named, more would confuse anyway.
_NAMED = 3


def answer_inbound(ctx: Ctx, text: InboundText) -> Reply:
    """Take one text, carry its answer out, and text back what became of it. STOP and repetitions get no answer."""
    reply = take_text(ctx, text)
    answer = _answer(ctx, reply)
    if answer is not None:
        answer_text(ctx, text.sender, reply, answer)
    return reply


def _answer(ctx: Ctx, reply: Reply) -> Answer | None:
    if reply.fate is ReplyFate.MATCHED:
        return _carry_out(ctx, reply) if reply.subject_kind == OFFER else ("reply_nothing", {})
    told = _TOLD.get(reply.fate)
    return told(reply) if told else None


def _carry_out(ctx: Ctx, reply: Reply) -> Answer:
    if reply.subject_id is None or reply.person_id is None:
        return "reply_nothing", {}
    answer = SpokenAnswer(reply.subject_id, reply.person_id, reply.word is Word.YES, Proof.REPLY)
    end = answer_by_number(ctx, answer)
    # Going, they need the place; it is behind the link, not in the text.
    return f"reply_{end}", {LINK: offer_link(reply.subject_id)} if end is ReplyEnd.GOING else {}


def _coded(template: str) -> Callable[[Reply], Answer]:
    def tell(reply: Reply) -> Answer:
        codes = "-".join(str(code) for code in reply.codes[:_NAMED])
        return (template, {"codes": codes}) if codes else ("reply_nothing", {})

    return tell


def _plain(template: str) -> Callable[[Reply], Answer]:
    return lambda _: (template, {})


_TOLD: dict[ReplyFate, Callable[[Reply], Answer]] = {
    ReplyFate.UNKNOWN_CODE: _coded("reply_unknown"),
    ReplyFate.WHICH: _coded("reply_which"),
    ReplyFate.UNCLEAR: _coded("reply_unclear"),
    ReplyFate.HELP: _coded("reply_unclear"),
    ReplyFate.NOTHING_OPEN: _plain("reply_nothing"),
    ReplyFate.STARTED: _plain("texts_resumed"),
}
