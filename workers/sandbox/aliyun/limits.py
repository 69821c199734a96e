"""The published limits per number: codes 1 a minute, 5 an hour, 10 a day; notices 50 a day of one template.

And no text thrice. By the day of the last 24 hours, where the real one counts from midnight.
"""

from collections import defaultdict, deque

from workers.sandbox.aliyun.errors import AliyunRefusal
from workers.sandbox.aliyun.registry import CODE, Registered

_DAY = 86_400.0
_CODES = ((60.0, 1), (3_600.0, 5), (_DAY, 10))
_NOTICES = 50
_IDENTICAL = 2


class Limits:
    """Counts what each number was sent."""

    def __init__(self) -> None:
        self._sent: dict[str, deque[tuple[float, str, str]]] = defaultdict(deque)

    def check(self, number: str, template: Registered, text: str, now: float) -> None:
        """Refuse one too many."""
        sent = self._sent[number]
        while sent and sent[0][0] <= now - _DAY:
            sent.popleft()
        if sum(said == text for _, _, said in sent) >= _IDENTICAL:
            raise AliyunRefusal("isv.BUSINESS_LIMIT_CONTROL")
        moments = [moment for moment, code, _ in sent if code == template.code]
        limits = _CODES if template.kind == CODE else ((_DAY, _NOTICES),)
        if any(sum(moment > now - window for moment in moments) >= most for window, most in limits):
            raise AliyunRefusal("isv.BUSINESS_LIMIT_CONTROL")

    def note(self, number: str, template: Registered, text: str, now: float) -> None:
        """One was sent."""
        self._sent[number].append((now, template.code, text))
