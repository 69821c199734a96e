"""Parties: what is wrong with one, and what follows from what was given."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from api.disputes.rules.codes import CodeBook, unknown_codes
from api.disputes.rules.identity_cards import IDENTITY_CARD, birthday_in, is_identity_number, is_minor
from api.disputes.rules.keys import normal_document
from api.disputes.types import CodeList, NewParty, PartyKind
from api.identity.errors import PhoneUnusable
from api.identity.rules.phones import parse_phone
from api.kernel.errors import Issue


def complete_party(party: NewParty, today: date) -> NewParty:
    """The party with its number as E.164, its document as printed, and what the document tells: birth, and so a minor.

    Only for one without faults. Nobody becomes of age by a missing birthday: `minor` stays as it was said.
    """
    number = normal_document(party.document_number) if party.document_number else None
    born_on = party.born_on
    if born_on is None and number and party.document == IDENTITY_CARD:
        born_on = birthday_in(number)
    minor = party.minor if born_on is None else is_minor(born_on, today)
    return replace(
        party,
        phone=parse_phone(party.phone).e164 if party.phone else None,
        document_number=number,
        document=party.document if number else None,
        born_on=born_on,
        minor=minor and party.kind is PartyKind.NATURAL,
    )


def faults_of_party(party: NewParty, where: str, book: CodeBook, today: date) -> list[Issue]:
    """What is wrong with one party; `where` is its JSON pointer."""
    issues = unknown_codes(
        book,
        [
            (f"{where}/document", CodeList.DOCUMENT, party.document),
            (f"{where}/sex", CodeList.SEX, party.sex),
            (f"{where}/education", CodeList.EDUCATION, party.education),
            (f"{where}/ethnicity", CodeList.ETHNICITY, party.ethnicity),
        ],
    )
    if not party.name.strip():
        issues.append(Issue(f"{where}/name", "missing", "不能为空。", "It must not be empty."))
    if party.phone and not _is_phone(party.phone):
        issues.append(Issue(f"{where}/phone", "phone_invalid", "不是有效的电话号码。", "It is no telephone number."))
    if party.document_number and not party.document:
        issues.append(
            Issue(f"{where}/document", "document_missing", "请选择证件类型。", "Say which document the number is of.")
        )
    if party.document_number and party.document == IDENTITY_CARD and not _is_card(party.document_number):
        issues.append(
            Issue(
                f"{where}/document_number", "document_number_invalid", "身份证号码有误，请核对。",
                "It is no identity card's number.",
            )
        )  # fmt: skip
    if party.born_on and not date(1900, 1, 1) <= party.born_on <= today:
        issues.append(Issue(f"{where}/born_on", "date_out_of_range", "出生日期有误。", "Nobody was born that day."))
    return issues


def _is_phone(text: str) -> bool:
    try:
        parse_phone(text)
    except PhoneUnusable:
        return False
    return True


def _is_card(text: str) -> bool:
    return is_identity_number(normal_document(text))


def faults_of_agents(parties: Sequence[NewParty], where: str) -> list[Issue]:
    """An agent acts for another party of the same list, and that one acts for itself."""
    issues = []
    for index, party in enumerate(parties):
        if party.agent_of is None:
            continue
        fits = (
            isinstance(party.agent_of, int)
            and 0 <= party.agent_of < len(parties)
            and party.agent_of != index
            and parties[party.agent_of].agent_of is None
        )
        if not fits:
            text = "代理人须对应本案的另一名当事人。", "An agent acts for another party of this case."
            issues.append(Issue(f"{where}/{index}/agent_of", "agent_of_nobody", *text))
    return issues
