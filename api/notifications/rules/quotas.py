"""How many texts one number may get: what carriers would refuse or delay is not sent at all."""

from collections.abc import Mapping
from datetime import timedelta

import phonenumbers

from api.notifications.types import Quota, Urgency, Usage

WINDOW = timedelta(hours=24)
# Codes have limits of their own where they are made (`identity.rules.limits`), and carriers count them apart.
UNCOUNTED = frozenset({Urgency.OTP})


def country_prefix(number: str) -> str:
    """The country code of an E.164 number with its plus, empty for what is no number."""
    try:
        return f"+{phonenumbers.parse(number).country_code}"
    except phonenumbers.NumberParseException:
        return ""


def quota_for(prefix: str, quotas: Mapping[str, Quota]) -> Quota | None:
    """The quota of a country, or of every country; None where there is no limit."""
    return quotas.get(prefix) or quotas.get("")


def refused_by_quota(usage: Usage, quota: Quota | None) -> str:
    """Why one more text would not arrive: `quota_identical`, `quota_different`, `quota_template`; empty if it would.

    A text that was sent before is no different one.
    """
    if quota is None:
        return ""
    if usage.identical >= quota.identical:
        return "quota_identical"
    if not usage.identical and usage.different >= quota.different:
        return "quota_different"
    return "quota_template" if usage.of_template >= quota.per_template else ""
