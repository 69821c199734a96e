"""Promises of an agreement: spreading one over instalments, and what is wrong with their dates."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import ROUND_DOWN, Decimal
from uuid import UUID

from api.disputes.types.mediation import Promise
from api.disputes.types.work import ObligationKind
from api.kernel.errors import Issue

_CENT = Decimal("0.01")
# Nobody promises anything for longer; a year typed wrongly is found here.
LONGEST_YEARS = 30


def spread(promise: Promise) -> list[Promise]:
    """One promise per instalment: monthly from `due_on`, equal to the cent, the last one takes what is left over."""
    number = promise.instalments
    if number == 1:
        return [promise]
    single = replace(promise, instalments=1)
    # Counted from the first each time: a payment due on the 31st falls on the 30th once, not ever after.
    dates = [add_months(promise.due_on, month) for month in range(number)]
    if promise.amount is None:
        return [replace(single, due_on=day) for day in dates]
    part = (promise.amount / number).quantize(_CENT, ROUND_DOWN)
    amounts = [part] * (number - 1) + [promise.amount - part * (number - 1)]
    return [replace(single, due_on=day, amount=amount) for day, amount in zip(dates, amounts, strict=True)]


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def faults_of(promises: Sequence[Promise], *, today: date, parties: frozenset[UUID]) -> list[Issue]:
    """Everything that keeps these promises from being tracked, by their place in the list."""
    faults = []
    for place, promise in enumerate(promises):
        at = f"/obligations/{place}"
        if promise.due_on < today:
            faults.append(_PAST.at(f"{at}/due_on"))
        elif promise.due_on > add_months(today, 12 * LONGEST_YEARS):
            faults.append(_FAR.at(f"{at}/due_on"))
        if promise.debtor_id not in parties:
            faults.append(_STRANGER.at(f"{at}/debtor_id"))
        if promise.creditor_id is not None and promise.creditor_id not in parties:
            faults.append(_STRANGER.at(f"{at}/creditor_id"))
        if promise.creditor_id == promise.debtor_id:
            faults.append(_ITSELF.at(f"{at}/creditor_id"))
        if (promise.kind is ObligationKind.PAY) != (promise.amount is not None):
            faults.append(_AMOUNT.at(f"{at}/amount"))
    return faults


class _Fault:
    def __init__(self, code: str, zh: str, en: str) -> None:
        self.code, self.zh, self.en = code, zh, en

    def at(self, pointer: str) -> Issue:
        return Issue(pointer, self.code, self.zh, self.en)


_PAST = _Fault(
    "performance_in_past",
    "履行日期已过。当场履行的，请填今天，再登记履行情况。",
    "This day has passed. For what was done on the spot give today, then record the performance.",
)
_FAR = _Fault("performance_too_far", "履行日期过远，请核对年份。", "This day is too far away; check the year.")
_STRANGER = _Fault("unknown_party", "不是本纠纷的当事人。", "Nobody of this dispute has this id.")
_ITSELF = _Fault("same_party", "履行人与受益人不能是同一人。", "Debtor and creditor are the same.")
_AMOUNT = _Fault("amount_with_pay", "支付须写明金额，其他履行不写金额。", "A payment has an amount; nothing else has.")
