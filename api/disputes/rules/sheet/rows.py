"""Reading rows: every cell is checked, every fault is kept, a row can be filed or it cannot."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from api.disputes.rules.codes import CodeBook
from api.disputes.rules.parties import complete_party, faults_of_party
from api.disputes.types import (
    CaseColumn,
    CaseFault,
    CaseHeader,
    CaseLine,
    CaseState,
    CodeList,
    Colour,
    NewCase,
    NewParty,
    PartyRole,
    RiskSign,
    Scale,
    Source,
    Spot,
)
from api.grids.rules.roster.rows import parse_day, split_list
from api.grids.types import UnitRef
from api.kernel.geo import Datum, OutOfRange, to_wgs84

_C = CaseColumn
MAX_SUMMARY, MAX_CELL = 2000, 200
_MOST = Decimal(10) ** 12

STATES: Mapping[str, CaseState] = {
    "待受理": CaseState.REPORTED, "已登记": CaseState.REPORTED, "已受理": CaseState.ACCEPTED,
    "调解中": CaseState.MEDIATING, "已化解": CaseState.SETTLED, "已调解": CaseState.SETTLED,
    "已办结": CaseState.CLOSED, "调解不成": CaseState.FAILED,
    **{state.value: state for state in (
        CaseState.REPORTED, CaseState.ACCEPTED, CaseState.MEDIATING, CaseState.SETTLED, CaseState.CLOSED,
        CaseState.FAILED,
    )},
}  # fmt: skip
SIGNS: Mapping[str, RiskSign] = {
    "饮酒": RiskSign.ALCOHOL, "酒后": RiskSign.ALCOHOL, "受伤": RiskSign.INJURY, "持械": RiskSign.WEAPON,
    "威胁": RiskSign.THREAT, "家庭暴力": RiskSign.DOMESTIC_VIOLENCE, "家暴": RiskSign.DOMESTIC_VIOLENCE,
    **{sign.value: sign for sign in RiskSign},
}  # fmt: skip
COLOURS: Mapping[str, Colour] = {
    "红": Colour.RED, "橙": Colour.ORANGE, "黄": Colour.YELLOW, "蓝": Colour.BLUE, "白": Colour.WHITE,
    **{colour.value: colour for colour in Colour},
}  # fmt: skip
_OVER = (CaseState.SETTLED, CaseState.CLOSED)
_PARTIES = {
    PartyRole.APPLICANT: {
        "name": _C.APPLICANT, "phone": _C.APPLICANT_PHONE, "document": _C.APPLICANT_DOCUMENT,
        "document_number": _C.APPLICANT_NUMBER,
    },
    PartyRole.RESPONDENT: {
        "name": _C.RESPONDENT, "phone": _C.RESPONDENT_PHONE, "document": _C.RESPONDENT_DOCUMENT,
        "document_number": _C.RESPONDENT_NUMBER,
    },
}  # fmt: skip


class Refused(Exception):
    """A cell cannot be used; the message is the fault's code."""


@dataclass(frozen=True)
class Surroundings:
    """What a file is read against: the code lists, the station's grids by code, the day."""

    book: CodeBook
    grids: Mapping[str, UnitRef]
    today: date


def read_rows(
    rows: Iterable[tuple[int, Sequence[str]]], header: CaseHeader, around: Surroundings
) -> tuple[list[CaseLine], list[CaseFault], int]:
    """The rows that can be filed, every fault of the others, and how many rows are not empty."""
    good: list[CaseLine] = []
    faults: list[CaseFault] = []
    seen: dict[str, int] = {}
    count = 0
    for number, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        count += 1
        line, found = _Row(number, _pick(cells, header), around).read()
        if line and line.register_no and (first := seen.setdefault(line.register_no, number)) != number:
            line, found = None, [CaseFault(number, _C.REGISTER_NO, "register_twice", first)]
        faults += found
        good += [line] if line else []
    return good, faults, count


def _pick(cells: Sequence[str], header: CaseHeader) -> dict[CaseColumn, str]:
    return {column: cells[index].strip() if index < len(cells) else "" for column, index in header.positions.items()}


class _Row:
    """One row while it is read: its cells, and what was wrong so far."""

    def __init__(self, number: int, cells: Mapping[CaseColumn, str], around: Surroundings) -> None:
        self.number, self.cells, self.around = number, cells, around
        self.faults: list[CaseFault] = []

    def read(self) -> tuple[CaseLine | None, list[CaseFault]]:
        """The value, or None and its faults."""
        values = self._case()
        parties = tuple(party for role in _PARTIES if (party := self._party(role)) is not None)
        state = self._cell(_C.STATE, _choice(STATES, "state_unknown")) or CaseState.REPORTED
        reported_on, settled_on = self._days(state)
        unit = self._cell(_C.GRID_CODE, self._read_grid)
        colour = self._cell(_C.COLOUR, _read_colour)
        register_no = self._cell(_C.REGISTER_NO, str)
        if self.faults or reported_on is None:
            return None, self.faults
        new = NewCase(**values, parties=parties)
        return CaseLine(self.number, new, unit, reported_on, state, settled_on, register_no, colour), []

    def _cell(self, column: CaseColumn, read: Callable[[str], Any], *, needed: bool = False) -> Any:
        text = self.cells.get(column, "")
        try:
            _check_cell(text, MAX_SUMMARY if column is _C.SUMMARY else MAX_CELL)
            if not text:
                if needed:
                    raise Refused("missing")
                return None
            return read(text)
        except Refused as refusal:
            self.faults.append(CaseFault(self.number, column, str(refusal)))
            return None

    def _case(self) -> dict[str, Any]:
        return {
            "category": self._cell(_C.CATEGORY, self._coded(CodeList.CATEGORY), needed=True),
            "summary": self._cell(_C.SUMMARY, str, needed=True),
            "source": self._cell(_C.SOURCE, self._coded(CodeList.SOURCE)) or Source.IMPORT.value,
            "scale": self._cell(_C.SCALE, self._coded(CodeList.SCALE)) or Scale.INDIVIDUAL.value,
            "address": self._cell(_C.ADDRESS, str),
            "spot": self._spot(),
            "amount": self._cell(_C.AMOUNT, _read_amount),
            "people_count": self._cell(_C.PEOPLE, _read_count) or 2,
            "signs": self._cell(_C.SIGNS, _read_signs) or frozenset(),
        }

    def _coded(self, which: CodeList) -> Callable[[str], str]:
        def read(text: str) -> str:
            code = self.around.book.read(which, text)
            if code is None:
                raise Refused("code_unknown")
            return code

        return read

    def _days(self, state: CaseState) -> tuple[date | None, date | None]:
        reported_on = self._cell(_C.REPORTED_ON, self._read_day, needed=True)
        settled_on = self._cell(_C.SETTLED_ON, self._read_day, needed=False)
        if state in _OVER and settled_on is None and not self._is_faulty(_C.SETTLED_ON):
            self._fault(_C.SETTLED_ON, "settled_missing")
        if reported_on and settled_on and settled_on < reported_on:
            self._fault(_C.SETTLED_ON, "settled_before_reported")
        return reported_on, settled_on if state in _OVER else None

    def _read_day(self, text: str) -> date:
        day = parse_day(text)
        if day is None:
            raise Refused("date_invalid")
        if day > self.around.today:
            raise Refused("date_in_future")
        return day

    def _read_grid(self, text: str) -> UnitRef:
        if text not in self.around.grids:
            raise Refused("grid_unknown")
        return self.around.grids[text]

    def _spot(self) -> Spot | None:
        lat, lon = self._cell(_C.LAT, _read_degrees), self._cell(_C.LON, _read_degrees)
        datum = self._cell(_C.DATUM, _choice({each.value: each for each in Datum}, "datum_unknown"))
        given = [self.cells.get(column, "") for column in (_C.LAT, _C.LON, _C.DATUM)]
        if not any(given):
            return None
        if not all(given):
            self._fault(_C.LAT, "place_incomplete")
        if lat is None or lon is None or datum is None:
            return None
        try:
            return Spot(to_wgs84(lat, lon, datum), datum)
        except OutOfRange:
            self._fault(_C.LAT, "place_invalid")
            return None

    def _party(self, role: PartyRole) -> NewParty | None:
        columns = _PARTIES[role]
        name = self._cell(columns["name"], str, needed=role is PartyRole.APPLICANT)
        values = {each: self._cell(columns[each], str) for each in ("phone", "document_number")}
        document = self._cell(columns["document"], self._coded(CodeList.DOCUMENT))
        if name is None:
            if any(values.values()) and not self._is_faulty(columns["name"]):
                self._fault(columns["name"], "missing")
            return None
        party = NewParty(name, role, document=document, **values)
        issues = faults_of_party(party, "", self.around.book, self.around.today)
        for issue in issues:
            column = columns[issue.pointer.lstrip("/")]
            if not self._is_faulty(column):
                self._fault(column, issue.code)
        return None if issues else complete_party(party, self.around.today)

    def _fault(self, column: CaseColumn, code: str) -> None:
        self.faults.append(CaseFault(self.number, column, code))

    def _is_faulty(self, column: CaseColumn) -> bool:
        return any(fault.column is column for fault in self.faults)


def _check_cell(text: str, longest: int) -> None:
    if len(text) > longest:
        raise Refused("too_long")
    if text.startswith(("=", "@")):
        raise Refused("formula")
    if any(sign < " " and sign not in "\n\t" for sign in text):
        raise Refused("bad_characters")


def _choice(words: Mapping[str, Any], fault: str) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        if text.lower() not in words:
            raise Refused(fault)
        return words[text.lower()]

    return read


def _read_colour(text: str) -> Colour:
    word = text.lower().removesuffix("色")
    if word not in COLOURS:
        raise Refused("colour_unknown")
    return COLOURS[word]


def _read_signs(text: str) -> frozenset[RiskSign]:
    words = [word.lower() for word in split_list(text)]
    if any(word not in SIGNS for word in words):
        raise Refused("signs_unknown")
    return frozenset(SIGNS[word] for word in words)


def _read_amount(text: str) -> Decimal:
    try:
        amount = Decimal(text.replace(",", "").replace("，", "").removesuffix("元"))
    except InvalidOperation:
        raise Refused("number_invalid") from None
    if not amount.is_finite() or not 0 <= amount < _MOST:
        raise Refused("number_invalid")
    return amount.quantize(Decimal("0.01"))


def _read_count(text: str) -> int:
    # Workbooks write whole numbers as 3.0.
    digits = text.removesuffix(".0").removesuffix("人")
    if not (digits.isascii() and digits.isdigit() and 1 <= int(digits) <= 100_000):
        raise Refused("number_invalid")
    return int(digits)


def _read_degrees(text: str) -> float:
    try:
        degrees = float(text)
    except ValueError:
        raise Refused("place_invalid") from None
    if not -180 <= degrees <= 180:
        raise Refused("place_invalid")
    return degrees
