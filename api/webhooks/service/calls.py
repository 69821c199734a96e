"""A call that somebody has answered: what it says, and what the key they press does."""

from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from api.incidents.service.replies import answer_by_number
from api.incidents.types.replies import SpokenAnswer
from api.notifications.gateways.twilio_speech import ask_for_key, say_goodbye
from api.notifications.rules.speech import MOST_TIMES, call_words, language_of, said
from api.notifications.service import note_reading
from api.notifications.service.calls import open_call
from api.notifications.service.receipts import take_receipt
from api.notifications.types import Provider, ReceiptFact
from api.notifications.types.reaching import Call, Proof, Speech
from api.plumbing.context import Ctx

OFFER = "offer"
GO, CANNOT, AGAIN = "1", "2", "9"


@dataclass(frozen=True)
class Line:
    """One request of a call. `times`: how often the words were said, this time included."""

    call_ref: str
    message_id: UUID | None
    times: int
    hooks: str
    signed: str

    def url(self, name: str, times: int) -> str:
        """Where the call goes on."""
        return f"{self.hooks}/{name}?{urlencode({'m': self.signed, 'n': times})}"


def speak(ctx: Ctx, line: Line) -> str:
    """The words, and a key waited for; a goodbye when it has ended, or was said often enough."""
    call = open_call(ctx, line.message_id)
    if call is None or call.over:
        return _end(call, Speech.ENDED)
    if line.times > MOST_TIMES:
        return _end(call, Speech.GOODBYE)
    words = call_words(call.template, call.language, asks=call.subject_kind == OFFER)
    action, again = line.url("key", line.times), line.url("voice", line.times + 1)
    return ask_for_key(words, language_of(call.language), action=action, again=again)


def hear_key(ctx: Ctx, line: Line, digits: str) -> str:
    """Carry out what the key says. Any key of the question is proof that somebody listened; others ask again."""
    call = open_call(ctx, line.message_id)
    if call is None:
        return _end(call, Speech.ENDED)
    if digits in (GO, CANNOT):
        return _end(call, _answer(ctx, line, call, yes=digits == GO))
    return speak(ctx, Line(line.call_ref, line.message_id, line.times + 1, line.hooks, line.signed))


def _answer(ctx: Ctx, line: Line, call: Call, *, yes: bool) -> Speech:
    if call.subject_kind == OFFER:
        end = answer_by_number(ctx, SpokenAnswer(call.subject_id, call.person_id, yes, Proof.KEYPRESS))
        speech = Speech(end.value)
    else:
        note_reading(ctx, call.subject_id, call.person_id, Proof.KEYPRESS)
        speech = Speech.HEARD
    # A key pressed is the surest receipt there is, and raises the message like every other one. Last, because whoever
    # withdraws locks offers and ladders before messages.
    take_receipt(ctx, ReceiptFact(Provider.TWILIO, line.call_ref, "read", message_id=call.message_id))
    return speech


def _end(call: Call | None, speech: Speech) -> str:
    language = call.language if call else "zh-CN"
    return say_goodbye(said(speech, language), language_of(language))
