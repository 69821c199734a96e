"""The daily cap on money: which day it is, and whether it is used up."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

from api.notifications.types import Urgency

# The day of whoever pays.
ZONE = timezone(timedelta(hours=8), "Asia/Shanghai")
# Somebody in need is never left alone over money, and without codes nobody signs in; these have limits of their own.
NEVER_CAPPED = frozenset({Urgency.ALERT, Urgency.OTP})
# What one station's sign-in codes may cost a day: at least four times what it takes to sign in a station of 359. Held
# against what was charged; where nobody has told a price, the number of codes (`identity.rules.limits`) holds alone.
CODES_CAPS: Mapping[str, Decimal] = {"CNY": Decimal(120), "USD": Decimal(75)}


def day_of(now: datetime) -> date:
    """The day a charge belongs to."""
    return now.astimezone(ZONE).date()


def month_of(month: str) -> tuple[datetime, datetime]:
    """The beginning and the end of a month written as 2026-11, by the clock of whoever pays."""
    year, number = (int(part) for part in month.split("-"))
    start = datetime(year, number, 1, tzinfo=ZONE)
    return start, datetime(year + number // 12, number % 12 + 1, 1, tzinfo=ZONE)


def used_up(spent: Mapping[str, Decimal], caps: Mapping[str, Decimal]) -> list[str]:
    """The currencies whose cap is reached."""
    return sorted(currency for currency, cap in caps.items() if spent.get(currency, Decimal(0)) >= cap)
