"""Values of a JSON body have the type the document says: `0` is no `false`, and `"5"` is no 5.

marshmallow converts what it can, which hides a client's mistake until the day it sends `"no"`. Query strings and forms
hold only text, so there the conversion stays.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from marshmallow import ValidationError, fields

_textual: ContextVar[bool] = ContextVar("textual", default=False)
Check = Callable[[Any], Any]


@contextmanager
def textual_values(*, textual: bool) -> Iterator[None]:
    """While the block runs, whether what is loaded came as text (a query, a form) and has to be converted."""
    token = _textual.set(textual)
    try:
        yield
    finally:
        _textual.reset(token)


def refuse_other_types(field: fields.Field[Any]) -> None:
    """Make a bound field, and those inside it, refuse what its type only resembles."""
    if isinstance(field, fields.List):
        refuse_other_types(field.inner)
    if isinstance(field, fields.Dict) and field.value_field is not None:
        refuse_other_types(field.value_field)
    check = next((check for kind, check in _CHECKS if isinstance(field, kind)), None)
    if check is not None and check not in field.pre_load:
        # A new list: a field's copies share theirs with the class.
        field.pre_load = [check, *field.pre_load]


def _only_boolean(value: Any) -> Any:
    return _refuse(value, "Not a valid boolean.", fits=isinstance(value, bool))


def _only_integer(value: Any) -> Any:
    # JSON has one kind of number, so 5.0 is the integer 5; 5.7 is not.
    whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    return _refuse(value, "Not a valid integer.", fits=whole and not isinstance(value, bool))


def _only_number(value: Any) -> Any:
    return _refuse(value, "Not a valid number.", fits=isinstance(value, int | float) and not isinstance(value, bool))


def _only_text(value: Any) -> Any:
    # Money travels as text in both directions: a float of it would be rounded on the way.
    return _refuse(value, "Not a valid number.", fits=isinstance(value, str))


def _refuse(value: Any, message: str, *, fits: bool) -> Any:
    if fits or value is None or _textual.get():
        return value
    raise ValidationError(message)


# Integer and Decimal are Numbers too, so they come first.
_CHECKS: tuple[tuple[type[fields.Field[Any]], Check], ...] = (
    (fields.Boolean, _only_boolean),
    (fields.Integer, _only_integer),
    (fields.Decimal, _only_text),
    (fields.Number, _only_number),
)
