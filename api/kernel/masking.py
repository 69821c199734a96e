"""How personal data looks to somebody who needs to recognise it but not to know it."""


def mask_phone(phone: str) -> str:
    """`+8613812345678` -> `138****5678`; other numbers keep the last two digits only."""
    if phone.startswith("+861") and len(phone) == 14:
        return f"{phone[3:6]}****{phone[-4:]}"
    return "*" * max(len(phone) - 2, 0) + phone[-2:]


def mask_name(name: str) -> str:
    """`王小明` -> `王**`; `Ann Lee` -> `A******`."""
    return name[:1] + "*" * (len(name) - 1)
