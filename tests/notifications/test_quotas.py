"""Quotas of a number: what carriers would not deliver is known before it is sent."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from api.notifications.queries import over_quota
from api.notifications.queries.quotas import destination
from api.notifications.rules.quotas import country_prefix, quota_for, refused_by_quota
from api.notifications.service.charging import forget_numbers
from api.notifications.types import Quota, Usage
from api.plumbing.context import Ctx
from tests.builders.grids import make_station
from tests.builders.notifications import Reachable, make_reachable, queue_notice

QUOTA = Quota(identical=2, different=5, per_template=50)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("usage", "reason"),
    [
        (Usage(), ""),
        (Usage(identical=1, different=5), ""),
        (Usage(identical=2), "quota_identical"),
        (Usage(different=4), ""),
        (Usage(different=5), "quota_different"),
        (Usage(identical=1, different=1, of_template=49), ""),
        (Usage(identical=1, different=1, of_template=50), "quota_template"),
    ],
)
def test_the_third_identical_the_sixth_different_and_the_fifty_first_of_a_template(usage: Usage, reason: str) -> None:
    assert refused_by_quota(usage, QUOTA) == reason
    assert refused_by_quota(usage, None) == ""


@pytest.mark.unit
def test_a_country_without_a_quota_has_no_limit() -> None:
    assert quota_for(country_prefix("+8613800000000"), {"+86": QUOTA}) is QUOTA
    assert quota_for(country_prefix("+4915112345678"), {"+86": QUOTA}) is None
    assert country_prefix("nothing") == ""


_CHARGE = """
    INSERT INTO message_charges (message_id, number, station_id, subject_kind, channel, provider, urgency, template,
        to_index, text_digest, parts, amount, certain, charged_at)
    VALUES (:id, 1, :station, 'offer', 'sms', 'twilio', :urgency, :template, :to, :digest, 1, 0, true, :at)
"""


def charge(
    ctx: Ctx, somebody: Reachable, template: str, count: int = 1, *, hours_ago: float = 1, **row: object
) -> None:
    """Texts this person was sent before; `variables` tell them apart."""
    for number in range(count):
        place = destination(somebody.person.phone, template, "zh-CN", dict(row.get("variables", {})))
        ctx.session.execute(
            text(_CHARGE),
            {
                "id": ctx.new_id(), "station": somebody.person.station_id, "urgency": row.get("urgency", "alert"),
                "template": template, "to": place.to_index,
                "digest": place.text_digest if row.get("same", True) else bytes([number]) * 32,
                "at": ctx.now - timedelta(hours=hours_ago),
            },
        )  # fmt: skip


def over(ctx: Ctx, people: list[Reachable], template: str = "stand_down") -> set[UUID]:
    return over_quota(ctx.session, {somebody.id for somebody in people}, template)


def test_who_has_had_enough_is_told_before_asking(ctx: Ctx) -> None:
    station = make_station(ctx)
    fresh, twice, once, many, codes, yesterday = (make_reachable(ctx, station, phones=0) for _ in range(6))
    charge(ctx, twice, "stand_down", 2)
    charge(ctx, once, "stand_down", 1)
    charge(ctx, many, "offer", 5, same=False)
    charge(ctx, codes, "sign_in_code", 9, same=False, urgency="otp")
    charge(ctx, yesterday, "offer", 9, same=False, hours_ago=25)
    everybody = [fresh, twice, once, many, codes, yesterday]
    assert over(ctx, everybody) == {twice.id, many.id}
    # A text with a link of its own is never the same one twice.
    assert over(ctx, everybody, "offer") == {many.id}
    assert over(ctx, []) == set()


def test_what_waits_for_somebody_counts(ctx: Ctx) -> None:
    somebody = make_reachable(ctx, phones=0)
    charge(ctx, somebody, "offer", 3, same=False)
    assert over(ctx, [somebody], "offer") == set()
    for _ in range(2):
        queue_notice(ctx, somebody)
    assert over(ctx, [somebody], "offer") == {somebody.id}
    ctx.session.execute(text("UPDATE outbox SET state = 'cancelled'"))
    assert over(ctx, [somebody], "offer") == set()


def test_numbers_are_forgotten_when_no_quota_asks_for_them_any_more(ctx: Ctx) -> None:
    somebody = make_reachable(ctx, phones=0)
    charge(ctx, somebody, "stand_down", 2, hours_ago=47)
    charge(ctx, somebody, "stand_down", 3, hours_ago=49)
    forget_numbers(ctx)
    kept = text("SELECT count(*) AS all, count(to_index) AS named, count(text_digest) AS said FROM message_charges")
    assert tuple(ctx.session.execute(kept).one()) == (5, 2, 2)


def test_the_quotas_are_data(ctx: Ctx) -> None:
    somebody = make_reachable(ctx, phones=0)
    charge(ctx, somebody, "stand_down", 2)
    ctx.session.execute(text("UPDATE sms_quotas SET identical = 3"))
    assert over(ctx, [somebody]) == set()
    ctx.session.execute(text("DELETE FROM sms_quotas"))
    charge(ctx, somebody, "stand_down", 60)
    assert over(ctx, [somebody]) == set()
