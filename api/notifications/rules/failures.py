"""What a provider's code says about an address: whose fault it is, and whether its owner asked to be left alone."""

# Twilio: the recipient texted STOP. Ours: we know of it and did not call.
OPTED_OUT_CODES = frozenset({"21610", "opted_out"})
OVER_QUOTA_CODES = frozenset({"quota_identical", "quota_different", "quota_template", "codes_cap"})
# Reported after a text was taken: queue overflow, our account suspended, filtered, unknown. Not the number's fault.
_NOT_THE_NUMBER = frozenset({"30001", "30002", "30004", "30007", "30008", "30034", ""})
# Ours: the number or the registration is none that a provider could be asked about.
INVALID_CODES = frozenset({
    "21211", "21214", "21217", "21614", "30003", "30005", "30006", "no_number", "demo_number",
    "isv.MOBILE_NUMBER_ILLEGAL", "MOBILE_NOT_ON_SERVICE", "MOBILE_ACCOUNT_ABNORMAL",
})  # fmt: skip
DEAD_TOKEN_CODES = frozenset({
    "unregistered", "sender_mismatch", "invalid_token", "no_registration", "subscription_invalid", "endpoint_forbidden",
})  # fmt: skip


def is_about_the_number(code: str) -> bool:
    """Whether a failure reported with this code means that the number itself may be wrong."""
    return code not in _NOT_THE_NUMBER
