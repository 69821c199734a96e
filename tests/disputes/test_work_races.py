"""Several people at the work of one case at once, on a database where commits are real."""

from collections import Counter
from dataclasses import replace

import pytest
from sqlalchemy import text

from api.disputes.errors import NotReadyToClose
from api.disputes.rules.rating_links import LINK_KEY, rating_mark, rating_token
from api.disputes.service.handing_over import accept_hand_over, decline_hand_over, offer_case
from api.disputes.service.obligations import break_promise, perform_promise
from api.disputes.service.ratings import rate
from api.disputes.service.settling import settle_case
from api.disputes.service.signing_off import sign_off
from api.disputes.types.mediation import NewHandOver, Performance, Settlement
from api.disputes.types.work import AgreementForm, ReceiverKind
from api.kernel.errors import IllegalTransition
from api.plumbing.context import ANONYMOUS, SYSTEM, unit_of_work
from api.plumbing.signing import signer
from tests.builders.disputes import couple, make_office
from tests.builders.mediation import WAY, mediating, pay, settle, today
from tests.disputes.test_races import in_parallel


@pytest.fixture
def made(committed_app):
    """(app, office as it was, case with its first session held), committed."""
    with committed_app.app_context(), unit_of_work(SYSTEM) as ctx:
        office = make_office(ctx)
        case_id = mediating(office, parties=couple(his_phone="13812345678", her_phone="13912345678"))
        actors = {name: getattr(office, name).ctx.actor for name in ("mediator", "supervisor", "chief")}
    return committed_app, office, case_id, actors


def test_a_case_is_settled_once(made) -> None:
    app, _, case_id, actors = made

    def act(number: int) -> str:
        try:
            with unit_of_work(actors["mediator"]) as ctx:
                settle_case(ctx, Settlement(case_id, f"协议 {number}", AgreementForm.ORAL, WAY))
        except IllegalTransition:
            return "too late"
        return "settled"

    assert Counter(in_parallel(app, 4, act)) == {"settled": 1, "too late": 3}
    with app.app_context(), unit_of_work(SYSTEM) as ctx:
        for table in ("dispute_agreements", "visit_plans"):
            assert ctx.session.scalar(text(f"SELECT count(*) FROM {table}")) == 1


def test_a_hand_over_is_answered_once_and_copied_once(made) -> None:
    app, _, case_id, actors = made
    with app.app_context(), unit_of_work(SYSTEM) as ctx:
        elsewhere = make_office(ctx)
        theirs = elsewhere.supervisor.ctx.actor
    with app.app_context(), unit_of_work(actors["supervisor"]) as ctx:
        order = NewHandOver(case_id, ReceiverKind.STATION, "属贵辖区", station_id=theirs.station)
        offered = offer_case(ctx, order).id

    def act(number: int) -> str:
        try:
            with unit_of_work(theirs) as ctx:
                if number % 2:
                    return str(accept_hand_over(ctx, offered).state)
                return str(decline_hand_over(ctx, offered, note="不接").state)
        except IllegalTransition:
            return "too late"

    answers = Counter(in_parallel(app, 4, act))
    assert answers.pop("too late") == 3
    assert sum(answers.values()) == 1
    with app.app_context(), unit_of_work(SYSTEM) as ctx:
        copies = ctx.session.scalar(
            text("SELECT count(*) FROM disputes WHERE station_id = :id"), {"id": theirs.station}
        )  # fmt: skip
        assert copies == answers["accepted"]


def test_a_link_pressed_six_times_at_once_rates_once(made) -> None:
    app, office, case_id, actors = made
    with app.app_context(), unit_of_work(actors["mediator"]) as ctx:
        settle_case(ctx, Settlement(case_id, "协议", AgreementForm.ORAL, WAY))
        rating_id = ctx.session.scalar(text("SELECT id FROM dispute_ratings ORDER BY id LIMIT 1"))
        key = signer.key(LINK_KEY)

    def act(number: int) -> None:
        with unit_of_work(ANONYMOUS) as ctx:
            mark = rating_mark(rating_id, key)
            rate(ctx, rating_token(rating_id, key), mark=mark, stars=1 + number % 5, comment=None)

    in_parallel(app, 6, act)
    with app.app_context(), unit_of_work(SYSTEM) as ctx:
        rated = text("SELECT count(*) FROM audit_entries WHERE action = 'dispute.rated'")
        assert ctx.session.scalar(rated) == 1
    assert office.station_id


def test_no_case_is_closed_while_its_promise_is_broken(made) -> None:
    app, office, case_id, actors = made
    with app.app_context(), unit_of_work(SYSTEM) as ctx:
        now = replace(office, base=ctx, mediator=replace(office.mediator, base=ctx))
        promise = settle(now, case_id, pay(now, case_id, today(now))).obligations[0].id
    with app.app_context(), unit_of_work(SYSTEM) as ctx:
        ctx.session.execute(text("UPDATE visits SET state = 'waived', next_step_at = NULL"))

    def act(number: int) -> str:
        steps = (
            lambda ctx: sign_off(ctx, case_id),
            lambda ctx: perform_promise(ctx, Performance(promise, today(now), note="收条")),
            lambda ctx: break_promise(ctx, promise, note="不付"),
        )
        who = ("supervisor", "mediator", "mediator")[number % 3]
        try:
            with unit_of_work(actors[who]) as ctx:
                steps[number % 3](ctx)
        except (IllegalTransition, NotReadyToClose) as refusal:
            return refusal.code
        return "done"

    in_parallel(app, 6, act)
    with app.app_context(), unit_of_work(SYSTEM) as ctx:
        state = ctx.session.scalar(text("SELECT state FROM disputes WHERE id = :id"), {"id": case_id})
        promised = ctx.session.scalar(text("SELECT state FROM dispute_obligations WHERE id = :id"), {"id": promise})
    assert (state, promised) in {("settled", "broken"), ("settled", "performed"), ("closed", "performed")}
