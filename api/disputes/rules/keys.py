"""What of a name, a number or an address is compared: writing habits do not make two people of one."""

import unicodedata

_INDEX = "dispute."
NAME, PHONE, DOCUMENT, ADDRESS = (_INDEX + noun for noun in ("name", "phone", "document", "address"))


def normal_name(name: str) -> str:
    """A name without spaces and dots, in one case: `Ann  Lee` is `annlee`, `买买提·艾力` is `买买提艾力`."""
    return _letters(name)


def normal_document(number: str) -> str:
    """A document's number without spaces and hyphens, in capitals: `50010219900101123x` ends in X."""
    return _letters(number).upper()


def normal_address(address: str) -> str:
    """An address without spaces and punctuation: `荔枝街道 12号-3` is `荔枝街道12号3`."""
    return _letters(address)


def _letters(text: str) -> str:
    # NFKC makes one of full-width and half-width forms, which keyboards mix.
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).casefold() if sign.isalnum())
