"""What the end of a call makes of a message: done, try again, try elsewhere, or give up."""

from datetime import datetime, timedelta

from api.notifications.rules.carriers import is_push
from api.notifications.rules.states import MESSAGES
from api.notifications.types import (
    Fallback,
    Letter,
    MessageEvent,
    MessageState,
    Outcome,
    OutcomeKind,
    Settlement,
    Urgency,
)

_E, _K = MessageEvent, OutcomeKind
MAX_ATTEMPTS = 8
# FCM asks for ten seconds before the first repetition; an alert has lost a third of its reply window by then.
FIRST_WAIT_S: dict[Urgency, float] = {Urgency.ALERT: 2.0, Urgency.OTP: 2.0, Urgency.NORMAL: 10.0}
LONGEST_WAIT_S = 300.0
CREDENTIALS_WAIT_S = 30.0
# An alert does not wait longer than this for its channel when another one is at hand.
ALERT_PATIENCE_S = 5.0
# How long a receipt may take to prove that an unknown message was accepted after all.
UNKNOWN_PATIENCE_S = 60.0
# Why a message is unknown whose fate was lost with the data since a backup: only a person sends it again.
RESTORED = "restored"


def backoff_s(urgency: Urgency, attempts: int, jitter: float) -> float:
    """Seconds before the next try: doubling, with the upper half drawn (`jitter` in 0..1) so that no herd returns."""
    full = min(FIRST_WAIT_S[urgency] * 2.0 ** (attempts - 1), LONGEST_WAIT_S)
    return full * (0.5 + jitter / 2)


def settle(letter: Letter, outcome: Outcome, jitter: float, now: datetime) -> Settlement:
    """The settlement of one attempt. `letter.attempts` counts this one."""
    if outcome.kind is _K.ACCEPTED:
        return Settlement(MESSAGES.next(MessageState.LEASED, _E.ACCEPT))
    if outcome.kind is _K.PERMANENT:
        if outcome.elsewhere and _has_another(letter):
            return _retry(now, 0.0, outcome.code)
        # An address that stays makes its owner look reachable, and would keep the next channel from taking over.
        stays = outcome.called and not outcome.address_dead
        fallback = Fallback.ALWAYS if stays else Fallback.IF_LAST
        return _refuse(outcome.code, letter, retire=outcome.address_dead, fallback=fallback)
    if outcome.kind is _K.HELD:
        return _retry(now, 0.0 if _has_another(letter) else outcome.retry_after_s or 0.0, outcome.code)
    if outcome.kind is _K.UNKNOWN:
        return _settle_unknown(letter, outcome, jitter, now)
    return _settle_refused_for_now(letter, outcome, jitter, now)


def _settle_refused_for_now(letter: Letter, outcome: Outcome, jitter: float, now: datetime) -> Settlement:
    if _has_another(letter):
        # Another provider of the channel is well and has not just tried: it takes over at once.
        return _retry(now, 0.0, outcome.code)
    ours = outcome.kind is _K.CREDENTIALS
    own = CREDENTIALS_WAIT_S if ours else backoff_s(letter.urgency, letter.attempts, jitter)
    wait = max(outcome.retry_after_s or 0.0, own)
    if letter.urgency is Urgency.ALERT and is_push(letter) and wait > ALERT_PATIENCE_S:
        return Settlement(MESSAGES.next(MessageState.LEASED, _E.DIVERT), code=outcome.code, fallback=Fallback.ALWAYS)
    # Our own account's trouble is not the message's fault: it uses up no tries, and the waits do not grow.
    spent = letter.attempts >= MAX_ATTEMPTS and not ours
    if spent or now + timedelta(seconds=wait) >= letter.expires_at:
        return _refuse(outcome.code, letter, fallback=Fallback.ALWAYS)
    return _retry(now, wait, outcome.code)


def _has_another(letter: Letter) -> bool:
    return letter.carriage is not None and letter.carriage.other and letter.attempts < MAX_ATTEMPTS


def _settle_unknown(letter: Letter, outcome: Outcome, jitter: float, now: datetime) -> Settlement:
    lost = MESSAGES.next(MessageState.LEASED, _E.LOSE)
    if letter.urgency is not Urgency.ALERT or letter.attempts >= MAX_ATTEMPTS:
        # A code is never repeated; a normal message waits for a receipt (`resend_after_unknown`).
        return Settlement(lost, code=outcome.code)
    # A doubled alert is cheap and a missed one is not: again at once under the same id. Lost twice, the channel is
    # not to be trusted, and the next one is rung as well.
    first = letter.attempts == 1
    wait = 0.0 if first else backoff_s(letter.urgency, letter.attempts, jitter)
    fallback = Fallback.NONE if first or not is_push(letter) else Fallback.ALWAYS
    return Settlement(
        MESSAGES.next(lost, _E.RESEND), next_at=now + timedelta(seconds=wait), code=outcome.code, fallback=fallback
    )


def resend_after_unknown(urgency: Urgency, attempts: int, unknown_for_s: float) -> bool:
    """Whether a message of unknown fate, unproved by any receipt, is to be sent again now."""
    if urgency is Urgency.OTP or attempts >= MAX_ATTEMPTS:
        return False
    return urgency is Urgency.ALERT or unknown_for_s >= UNKNOWN_PATIENCE_S


def _retry(now: datetime, wait_s: float, code: str) -> Settlement:
    return Settlement(
        MESSAGES.next(MessageState.LEASED, _E.RETRY), next_at=now + timedelta(seconds=wait_s), code=code or None
    )


def _refuse(code: str, letter: Letter, *, retire: bool = False, fallback: Fallback = Fallback.IF_LAST) -> Settlement:
    return Settlement(
        MESSAGES.next(MessageState.LEASED, _E.REFUSE),
        code=code,
        # A text or a call that will never arrive: the ladder goes on, if it stands on one.
        fallback=fallback if is_push(letter) else Fallback.ALWAYS,
        retire=retire,
    )
