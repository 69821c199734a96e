"""The numbers of the demo station: one marked range that no real message may ever be sent to.

+86 170 0000 0000 to +86 170 0000 0999. They look like valid mobiles to every library, so that the demo takes the same
paths as real people do, and nobody in the demo has them.
"""

import re

DEMO_NUMBERS = range(17_000_000_000, 17_000_001_000)
_DEMO = re.compile(r"\+86(\d{11})")


def is_demo_number(phone: str) -> bool:
    """Whether an E.164 number lies in the demo range; gateways with real credentials refuse to send there."""
    found = _DEMO.fullmatch(phone)
    return found is not None and int(found.group(1)) in DEMO_NUMBERS


def demo_number(index: int) -> str:
    """The demo number with this index, in E.164; raises IndexError outside the range."""
    return f"+86{DEMO_NUMBERS[index]}"
