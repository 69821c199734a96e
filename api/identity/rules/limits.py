"""How often is too often. Counted in the database, because these must hold exactly and with Redis down."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Limit:
    """At most `most` in a window of `window` that begins with the first."""

    name: str
    most: int
    window: timedelta


_MINUTE, _QUARTER, _HOUR, _DAY = timedelta(minutes=1), timedelta(minutes=15), timedelta(hours=1), timedelta(days=1)

# What carriers in China allow to one number anyway.
CODES_PER_PHONE = (
    Limit("code.phone.minute", 1, _MINUTE),
    Limit("code.phone.hour", 5, _HOUR),
    Limit("code.phone.day", 10, _DAY),
)
# Wide, because a whole station enrols behind one address and carriers share addresses between thousands of phones.
CODES_PER_ADDRESS = Limit("code.address.hour", 200, _HOUR)
# The cap on money: 2,000 messages a day are ten times what a station of 359 needs.
CODES_PER_STATION = Limit("code.station.day", 2_000, _DAY)
# Numbers that differ only in their last four digits are sold together, and pumped together. Counted where a code is
# really sent, so that nobody can use up a neighbour's by asking for numbers nobody has.
CODES_PER_SEGMENT = Limit("code.segment.hour", 300, _HOUR)
# Tallies, not limits: codes by station and five minutes, of which `conversion` judges.
CODES_SENT, CODES_USED = Limit("code.sent", 2**31 - 1, _DAY), Limit("code.used", 2**31 - 1, _DAY)
CODES_UNUSED_TOLD = Limit("code.unused.day", 1, _DAY)

# Wrong guesses. A new code does not begin a new count: 10 in 1,000,000 a day is what guessing is worth.
GUESSES_PER_PHONE = Limit("guess.phone.day", 10, _DAY)
GUESSES_PER_ADDRESS = Limit("guess.address.hour", 100, _HOUR)

# Per account and address first, so that a stranger cannot lock an officer out from everywhere with five requests.
PASSWORDS_PER_ACCOUNT_AND_ADDRESS = Limit("password.both.quarter", 5, _QUARTER)
PASSWORDS_PER_ACCOUNT = Limit("password.account.quarter", 30, _QUARTER)
PASSWORDS_PER_ADDRESS = Limit("password.address.quarter", 60, _QUARTER)
# Second factors offered by somebody who has the password.
FACTORS_PER_PERSON = Limit("factor.person.day", 10, _DAY)
