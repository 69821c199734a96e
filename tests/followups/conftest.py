"""A town on a Monday morning."""

import pytest

from api.plumbing.context import Ctx
from tests.builders.followups import MONDAY, Town, at_time, make_town


@pytest.fixture
def monday(ctx: Ctx) -> Ctx:
    return at_time(ctx, MONDAY)


@pytest.fixture
def town(monday: Ctx) -> Town:
    return make_town(monday)
