"""Every refusal has its code once, and its sentence in both languages."""

import importlib
import inspect
import pkgutil

import marshmallow.fields
import marshmallow.validate
import pytest

import api
from api.http.errors import STATUS
from api.http.kinds import WORDS
from api.http.messages import translate
from api.kernel.errors import DomainError, Kind

pytestmark = pytest.mark.unit


def all_errors() -> list[type[DomainError]]:
    for module in pkgutil.walk_packages(api.__path__, "api."):
        importlib.import_module(module.name)
    found, todo = [], [DomainError]
    while todo:
        for child in todo.pop().__subclasses__():
            found.append(child)
            todo.append(child)
    return [error for error in found if error.__module__.startswith("api.")]


def test_codes_are_unique() -> None:
    codes = [error.code for error in all_errors()]
    assert len(codes) == len(set(codes)), sorted(code for code in codes if codes.count(code) > 1)


@pytest.mark.parametrize("error", all_errors(), ids=lambda error: error.code)
def test_every_error_speaks_both_languages(error: type[DomainError]) -> None:
    assert any("\u4e00" <= letter <= "\u9fff" for letter in error.zh)
    assert error.en.isascii() or "…" in error.en
    assert inspect.getdoc(error)


def test_every_kind_has_a_status_and_words_for_whoever_gets_it() -> None:
    assert set(STATUS) == set(Kind)
    assert set(WORDS) == set(Kind)


def library_messages() -> set[str]:
    fields = [
        field
        for _, field in inspect.getmembers(marshmallow.fields, inspect.isclass)
        if issubclass(field, marshmallow.fields.Field)
    ]
    texts = {text for field in fields for text in getattr(field, "default_error_messages", {}).values()}
    rules = [rule for _, rule in inspect.getmembers(marshmallow.validate, inspect.isclass)]
    names = ("message_min", "message_max", "message_all", "message_equal", "default_message", "_message_or")
    texts |= {text for rule in rules for name in names if isinstance(text := getattr(rule, name, None), str)}
    return {text for text in texts if text}


# Fields and validators no schema of ours uses.
UNUSED = (
    "URL",
    "IP",
    "timedelta",
    "callable",
    "Unable to load",
    "pluck",
    "ContainsNoneOf",
    "Must not be equal",
    "period of time",
    "enum",
)


@pytest.mark.parametrize("message", sorted(library_messages()))
def test_every_library_message_has_its_chinese(message: str) -> None:
    if any(word in message for word in UNUSED) or "choices" in message:
        return
    filled = (
        message.replace("{input}", "x")
        .replace("{min_op}", "greater than or equal to")
        .replace("{max_op}", "less than or equal to")
    )
    filled = (
        filled.replace("{min}", "1")
        .replace("{max}", "2")
        .replace("{equal}", "3")
        .replace("{other}", "4")
        .replace("{awareness} {obj_type}", "aware datetime")
        .replace("{obj_type}", "datetime")
        .replace("{nested_type}", "x")
    )
    assert translate(filled)[1] != "值不正确。" or filled in {"Invalid value.", "Invalid input."}, filled
