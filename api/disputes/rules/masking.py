"""How parties look to whoever may recognise them but not know them."""

from typing import Any

from api.kernel.masking import mask_name, mask_phone

# What a masked party shows as it is: enough to tell the two sides apart, nothing to find them by.
PLAIN = ("id", "role", "kind", "agent_of", "minor", "came_from", "version")
SEALED = (
    "name", "phone", "document", "document_number", "sex", "born_on", "ethnicity", "education", "address", "workplace",
    "contact",
)  # fmt: skip


def mask_document(number: str) -> str:
    """The last four signs of a document's number: `**************1234`."""
    return "*" * max(len(number) - 4, 0) + number[-4:]


def masked_party(party: Any) -> dict[str, Any]:
    """A party as a list, an export or a colleague outside the case sees it."""
    shown = {name: getattr(party, name) for name in PLAIN} | dict.fromkeys(SEALED)
    shown["name"] = mask_name(party.name)
    shown["phone"] = mask_phone(party.phone) if party.phone else None
    shown["document_number"] = mask_document(party.document_number) if party.document_number else None
    shown["document"] = party.document
    return shown | {"masked": True}


def whole_party(party: Any) -> dict[str, Any]:
    """A party as the people of the case see it."""
    return {name: getattr(party, name) for name in (*PLAIN, *SEALED)} | {"masked": False}
