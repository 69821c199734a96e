"""Status callbacks of the Twilio stand-in, checked with Twilio's own validator."""

import pytest
from twilio.request_validator import RequestValidator

from workers.sandbox.twilio.callbacks import Step, TwilioFaults, plan_callbacks, plan_course


def test_receipts_come_signed_through_the_whole_course(twilio, sms, webhook, number):
    url = f"{webhook.base}/webhooks/twilio?msg=0192f0c4&sig=a%2Fb%3D"
    sent = sms.send(number, status_callback=url)
    callbacks = webhook.wait(3)
    assert webhook.statuses == ["queued", "sent", "delivered"]
    validator = RequestValidator(twilio.auth_token)
    for callback in callbacks:
        assert f"{webhook.base}{callback.path}" == url
        assert validator.validate(url, callback.form, callback.signature)
        assert callback.form["MessageSid"] == callback.form["SmsSid"] == sent.sid
        assert callback.form["To"] == number


def test_a_changed_receipt_or_another_token_does_not_validate(twilio, sms, webhook, number):
    url = f"{webhook.base}/hook"
    sms.send(number, status_callback=url)
    callback = webhook.wait(1)[0]
    validator = RequestValidator(twilio.auth_token)
    assert validator.validate(url, callback.form, callback.signature)
    assert not validator.validate(url, callback.form | {"MessageStatus": "read"}, callback.signature)
    assert not validator.validate(url + "?x=1", callback.form, callback.signature)
    assert not RequestValidator("other").validate(url, callback.form, callback.signature)


def test_the_ledger_names_our_message_by_the_callback_url(twilio, sms, webhook, number):
    sms.send(number, status_callback=f"{webhook.base}/hook?msg=0192-abc")
    sms.send(number)
    assert [entry["msg_id"] for entry in twilio.ledger() if entry["to"] == number] == ["0192-abc", None]


@pytest.mark.parametrize(
    ("outcome", "statuses"),
    [
        ("30003", ["queued", "sent", "undelivered"]),
        ("30001", ["queued", "failed"]),
        ("silent", ["queued", "sent"]),
    ],
)
def test_a_message_can_end_badly(twilio, sms, webhook, number, outcome, statuses):
    twilio.control(outcomes={number: outcome})
    sent = sms.send(number, status_callback=f"{webhook.base}/hook")
    last = webhook.wait(len(statuses))[-1].form
    assert webhook.statuses == statuses
    assert last.get("ErrorCode") == (outcome if outcome.isdigit() else None)
    record = sms.api.messages(sent.sid).fetch()
    assert (record.status, record.error_code) == (statuses[-1], int(outcome) if outcome.isdigit() else None)
    assert bool(twilio.messages(number)) == (outcome == "silent")


def test_receipts_may_come_before_the_answer(twilio, sms, webhook, number):
    twilio.control(callback_first=True)
    sms.send(number, status_callback=f"{webhook.base}/hook")
    assert webhook.statuses == ["queued", "sent", "delivered"]


def test_receipts_may_come_although_the_answer_never_did(twilio, sms, webhook, number):
    twilio.control(drop_reply=1.0)
    with pytest.raises(Exception, match="Connection aborted"):
        sms.send(number, status_callback=f"{webhook.base}/hook?msg=lost")
    assert webhook.wait(3)[-1].path == "/hook?msg=lost"


def test_receipts_may_be_doubled_and_out_of_order(twilio, sms, webhook, number):
    twilio.control(callback_times=3, callback_shuffle=True, seed=4)
    sms.send(number, status_callback=f"{webhook.base}/hook")
    webhook.wait(9)
    assert sorted(webhook.statuses) == ["delivered"] * 3 + ["queued"] * 3 + ["sent"] * 3
    assert webhook.statuses != sorted(webhook.statuses, key=["queued", "sent", "delivered"].index)


def test_receipts_may_be_lost_while_the_message_arrives(twilio, sms, webhook, number):
    twilio.control(callback_drop=1.0)
    sms.send(number, status_callback=f"{webhook.base}/hook")
    assert twilio.messages(number, wait=20)
    assert not webhook.received


def test_a_webhook_that_is_down_does_not_hurt(twilio, sms, number):
    sent = sms.send(number, status_callback="http://127.0.0.1:9/hook")
    assert twilio.messages(number, wait=20)
    answers = [call["answer"] for call in twilio.callbacks() if call["sid"] == sent.sid]
    assert set(answers) <= {"ClientConnectorError"}


@pytest.mark.unit
def test_the_course_repeats_with_its_seed():
    shaken = TwilioFaults(undelivered_rate=0.5, callback_jitter_ms=100, callback_drop=0.3, callback_shuffle=True)
    for key in map(str, range(50)):
        course = plan_course(shaken, key, "+8619900000000")
        assert course == plan_course(shaken, key, "+8619900000000")
        assert plan_callbacks(shaken, key, course) == plan_callbacks(shaken, key, course)


@pytest.mark.unit
def test_shuffled_receipts_keep_the_moments_and_change_the_order():
    course = [Step(0.0, "queued"), Step(1.0, "sent"), Step(2.0, "delivered")]
    orders = set()
    for key in map(str, range(60)):
        mixed = plan_callbacks(TwilioFaults(callback_shuffle=True), key, course)
        assert [step.after for step in mixed] == [0.0, 1.0, 2.0]
        orders.add(tuple(step.status for step in mixed))
    assert len(orders) == 6
