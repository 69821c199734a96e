"""Nobody is alerted on a phone they signed out of, nor asked to go while off duty."""

from dataclasses import replace
from datetime import timedelta

from api.duty.service import go_off_duty
from api.identity.service import register_device, sign_out
from api.identity.types import NewDevice, Platform, PushProvider
from api.incidents.types import NeedOrder
from api.notifications.service import queue_notices
from api.notifications.service.claims import ClaimOrder, claim_letters
from api.notifications.types import Channel, Urgency
from api.plumbing.context import Ctx, open_ctx
from tests.builders.grids import make_station
from tests.builders.identity import actor_of, enroll, open_session
from tests.builders.incidents import dispatch, make_scene, offers, report
from tests.builders.notifications import Reachable, make_notice
from tests.sandboxes import make_token


def claimed(ctx: Ctx, channel: Channel) -> list:
    now = open_ctx(ctx.session, ctx.actor, request_id="claim")
    return list(claim_letters(now, ClaimOrder((Urgency.ALERT,), channel, 10, timedelta(seconds=20))).letters)


def test_ask_04_a_signed_out_phone_gets_nothing(ctx: Ctx) -> None:

    person = enroll(ctx, station_id=make_station(ctx))
    actor = actor_of(ctx, open_session(ctx, person))
    owner = replace(open_ctx(ctx.session, actor, request_id="test"), entropy=ctx.entropy)
    device = NewDevice("install-of-ask-4", PushProvider.FCM, make_token("ask 4"), Platform.ANDROID)
    register_device(owner, device=device)
    system = open_ctx(ctx.session, ctx.actor, request_id="test")
    # One is queued while the phone is signed in, and not yet sent when its owner signs out.
    queue_notices(system, [make_notice(system, Reachable(person))])
    sign_out(replace(open_ctx(ctx.session, actor, request_id="test"), entropy=ctx.entropy))
    pushes = claimed(ctx, Channel.PUSH)
    assert [letter.address for letter in pushes] == [None]
    # The next one does not even try the phone: it goes to the number.
    system = open_ctx(ctx.session, ctx.actor, request_id="test")
    queue_notices(system, [make_notice(system, Reachable(person))])
    assert claimed(ctx, Channel.PUSH) == []
    assert [letter.address for letter in claimed(ctx, Channel.SMS)] == [person.phone]


def test_ask_04_who_is_off_duty_is_not_asked(ctx: Ctx) -> None:
    scene = make_scene(ctx, volunteers=3)
    went_home = scene.people[0]
    go_off_duty(went_home.ctx)
    dispatch_id = dispatch(scene, report(scene), NeedOrder(3))
    asked = {offer["person_id"] for offer in offers(scene, dispatch_id)}
    assert went_home.person.id not in asked
    assert len(asked) == 2
