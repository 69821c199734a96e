"""Which countries' numbers may be enrolled is a setting; outside of it nobody is ever texted."""

from collections.abc import Callable, Iterator

import pytest
from pydantic import ValidationError

from api.app import create_app
from api.identity.errors import PhoneUnusable
from api.identity.rules import parse_phone
from api.identity.rules.phones import HOME, countries
from config import Settings


@pytest.fixture(autouse=True)
def _home_again() -> Iterator[None]:
    yield
    countries.load([HOME])


def test_a_country_of_the_setting_may_be_enrolled_and_no_other(make_settings: Callable[..., Settings]) -> None:
    for number in ("+6591234567", "+12025550123"):
        with pytest.raises(PhoneUnusable):
            parse_phone(number)
    create_app(make_settings("postgresql+psycopg://nobody@/nothing", phone_countries="86,65"))
    assert parse_phone("+65 9123 4567").e164 == "+6591234567"
    assert parse_phone("13812345678").e164 == "+8613812345678"
    with pytest.raises(PhoneUnusable):
        parse_phone("+12025550123")


@pytest.mark.parametrize("value", ["", "+86", "86;65", "86,,65", "0", "8600"])
def test_a_setting_that_is_no_list_of_codes_stops_the_start(make_settings: Callable[..., Settings], value: str) -> None:
    with pytest.raises(ValidationError):
        make_settings("postgresql+psycopg://nobody@/nothing", phone_countries=value)
