"""What only shows when commits are real and several happen at once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

from sqlalchemy import text

from api.duty import service
from api.duty.types import Fix, FixBatch
from api.kernel.geo import Datum
from api.plumbing.context import SYSTEM, Actor, unit_of_work
from tests.builders.duty import make_on_duty
from tests.builders.grids import make_station
from tests.duty import TOWN, north

THREADS = 12


def at_once(app, act, count: int = THREADS) -> list:
    """Run act(number) in threads that start together, each in its own app context."""
    barrier = Barrier(count)

    def run(number: int):
        with app.app_context():
            barrier.wait()
            return act(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def settle(app, **duty):
    with app.app_context(), unit_of_work(SYSTEM) as ctx:
        return make_on_duty(ctx, make_station(ctx), TOWN, fix_age_s=600, **duty)


def test_of_many_dispatches_at_once_one_gets_the_member(committed_app) -> None:
    member = settle(committed_app)

    def engage(_: int) -> bool:
        with unit_of_work(SYSTEM) as ctx:
            return service.engage(ctx, member.member_id, ctx.new_id())

    for _ in range(10):
        assert Counter(at_once(committed_app, engage)) == {True: 1, False: THREADS - 1}
        with committed_app.app_context(), unit_of_work(SYSTEM) as ctx:
            ctx.session.execute(text("UPDATE duty_live SET engaged_with = NULL, engaged_since = NULL"))


def test_the_same_batch_sent_many_times_at_once_is_kept_once(committed_app) -> None:
    member = settle(committed_app)
    actor = Actor(kind="person", person_id=member.person.id, station_id=member.person.station_id)
    with committed_app.app_context(), unit_of_work(SYSTEM) as ctx:
        start = ctx.now - timedelta(seconds=60)
    batch = FixBatch(Datum.WGS84, tuple(Fix(north(n), 5, start + timedelta(seconds=n)) for n in range(20)))

    def send(_: int) -> list[str]:
        with unit_of_work(actor) as ctx:
            return [verdict.value for verdict in service.record_positions(ctx, batch)]

    answers = Counter(tuple(answer) for answer in at_once(committed_app, send))
    assert answers == {("used",) * 20: 1, ("duplicate",) * 20: THREADS - 1}
    with committed_app.app_context(), unit_of_work(SYSTEM) as ctx:
        assert ctx.session.scalar(text("SELECT count(*) FROM positions")) == 20


def test_going_on_duty_many_times_at_once_is_one_period(committed_app) -> None:
    member = settle(committed_app)
    actor = Actor(kind="person", person_id=member.person.id, station_id=member.person.station_id)
    with committed_app.app_context(), unit_of_work(actor) as ctx:
        service.go_off_duty(ctx)

    def go_on(_: int) -> bool:
        with unit_of_work(actor) as ctx:
            return service.go_on_duty(ctx).on_duty

    assert at_once(committed_app, go_on) == [True] * THREADS
    with committed_app.app_context(), unit_of_work(SYSTEM) as ctx:
        assert ctx.session.scalar(text("SELECT count(*) FROM duty_periods WHERE ended_at IS NULL")) == 1
        assert ctx.session.scalar(text("SELECT count(*) FROM duty_periods")) == 2
