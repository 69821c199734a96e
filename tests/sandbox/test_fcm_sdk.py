"""What firebase-admin sees of the FCM stand-in, in every way a send can end."""

import time

import httpx
import pytest
from firebase_admin import exceptions, messaging

from tests.sandbox.sdk import IMPATIENCE, HomelessCredentials, PushClient, make_message
from tests.sandboxes import RunningFcm


def accepted(fcm: RunningFcm, msg_id: str) -> list[dict]:
    return [entry for entry in fcm.ledger() if entry["msg_id"] == msg_id]


def test_a_good_send_is_named_written_down_and_on_the_phone(fcm, push, token, msg_id):
    name = push.send(make_message(token, msg_id))
    assert name.startswith("projects/gridloop-sandbox/messages/")
    assert [(entry["to"], entry["id"]) for entry in accepted(fcm, msg_id)] == [(token, name)]
    [arrival] = fcm.messages(token)
    assert arrival["message"]["data"] == {"msg_id": msg_id, "kind": "offer"}
    assert arrival["message"]["android"]["priority"] == "high"


def test_the_asynchronous_form_works_over_httpx(fcm, push, token, msg_id):
    [response] = push.send_async([make_message(token, msg_id)])
    assert response.success
    assert accepted(fcm, msg_id)[0]["id"] == response.message_id


def test_a_batch_over_threads_reports_each_message_by_itself(fcm, push, token, msg_id):
    fcm.control(dead_tokens=[token])
    batch = [make_message(token, msg_id), make_message(token[::-1].replace(":", "_")[:22], msg_id)]
    dead, alive = push.send_each(batch)
    assert isinstance(dead.exception, messaging.UnregisteredError)
    assert alive.success


def test_an_installation_id_is_an_address_too(fcm, push, token, msg_id):
    push.send(messaging.Message(fid=token[:22], data={"msg_id": msg_id}))
    assert accepted(fcm, msg_id)[0]["to"] == token[:22]


def test_a_dry_run_delivers_nothing(fcm, push, token, msg_id):
    assert push.send(make_message(token, msg_id), dry_run=True).endswith("/messages/fake_message_id")
    assert not accepted(fcm, msg_id)
    assert not fcm.messages(token)


@pytest.mark.parametrize(
    ("setting", "kind", "status"),
    [
        ("dead_tokens", messaging.UnregisteredError, 404),
        ("foreign_tokens", messaging.SenderIdMismatchError, 403),
        ("invalid_tokens", exceptions.InvalidArgumentError, 400),
        ("quota_tokens", messaging.QuotaExceededError, 429),
    ],
)
def test_what_is_wrong_with_a_token_has_its_own_error(fcm, push, token, msg_id, setting, kind, status):
    fcm.control(**{setting: [token]})
    error = push.error(make_message(token, msg_id))
    assert type(error) is kind
    assert error.http_response.status_code == status
    assert not accepted(fcm, msg_id)


def test_a_token_nobody_could_have_is_invalid(push, msg_id):
    error = push.error(make_message("tok-1", msg_id))
    assert type(error) is exceptions.InvalidArgumentError
    assert str(error) == "The registration token is not a valid FCM registration token"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("429", messaging.QuotaExceededError),
        ("500", exceptions.InternalError),
        ("502", exceptions.UnknownError),
        ("503", exceptions.UnavailableError),
    ],
)
def test_an_unwell_provider_refuses_by_status(fcm, push, token, msg_id, status, kind):
    fcm.control(failures={status: 1.0})
    error = push.error(make_message(token, msg_id))
    assert type(error) is kind
    assert error.http_response.status_code == int(status)
    assert not accepted(fcm, msg_id)


def test_one_failure_is_one_request_when_silent_resends_are_off(fcm, push, token, msg_id):
    fcm.control(failures={"503": 1.0})
    before = fcm.counts()["fates"].get("fail", 0)
    push.error(make_message(token, msg_id))
    with pytest.raises(exceptions.UnavailableError):
        push.send(make_message(token, msg_id))
    assert fcm.counts()["fates"]["fail"] == before + 2


def test_retry_after_reaches_the_caller_and_calls_before_it_are_counted(fcm, push, token, msg_id):
    fcm.control(failures={"429": 1.0}, retry_after_s=30)
    early = fcm.counts()["early"]
    error = push.error(make_message(token, msg_id))
    assert error.http_response.headers["Retry-After"] == "30"
    assert fcm.counts()["early"] == early
    push.error(make_message(token, msg_id))
    assert fcm.counts()["early"] == early + 1


def test_above_the_pace_calls_are_throttled(fcm, push, token, msg_id):
    fcm.control(throttle_per_s=1, retry_after_s=2)
    first, second = push.send_async([make_message(token, msg_id), make_message(token, msg_id)])
    refused = next(response.exception for response in (first, second) if not response.success)
    assert isinstance(refused, messaging.QuotaExceededError)
    assert refused.http_response.headers["Retry-After"] == "2"
    assert len(accepted(fcm, msg_id)) == 1


def test_a_lost_reply_leaves_the_client_ignorant_of_an_accepted_message(fcm, push, token, msg_id):
    fcm.control(drop_reply=1.0)
    error = push.error(make_message(token, msg_id))
    assert error.http_response is None
    assert isinstance(error.cause, httpx.RemoteProtocolError | httpx.ReadError)
    assert len(accepted(fcm, msg_id)) == 1


def test_a_cut_request_looks_the_same_and_was_not_accepted(fcm, push, token, msg_id):
    fcm.control(drop_request=1.0)
    error = push.error(make_message(token, msg_id))
    assert error.http_response is None
    assert not accepted(fcm, msg_id)


@pytest.mark.parametrize(("fault", "taken"), [("hang", 0), ("late_reply", 1)])
def test_silence_is_a_time_out_accepted_or_not(fcm, push, token, msg_id, fault, taken):
    fcm.control(**{fault: 1.0})
    push.read_timeout = IMPATIENCE
    error = push.error(make_message(token, msg_id))
    assert type(error) is exceptions.DeadlineExceededError
    assert isinstance(error.cause, httpx.ReadTimeout)
    assert len(accepted(fcm, msg_id)) == taken


def test_a_dripping_reply_defeats_the_read_timeout_and_only_a_total_deadline_ends_it(fcm, push, token, msg_id):
    fcm.control(drip=1.0, drip_s=0.2)
    push.read_timeout = IMPATIENCE
    with pytest.raises(TimeoutError):
        push.send_async([make_message(token, msg_id)], deadline=2.5)
    assert len(accepted(fcm, msg_id)) == 1


def test_nobody_listening_is_known_not_to_have_been_sent(fcm, push, token, msg_id):
    push.service._fcm_url = push.service._fcm_url.replace(str(fcm.port), "9")
    error = push.error(make_message(token, msg_id))
    assert isinstance(error.cause, httpx.ConnectError)


def test_latency_delays_the_answer(fcm, push, token, msg_id):
    push.send(make_message(token, msg_id))
    fcm.control(latency_ms=400)
    begun = time.monotonic()
    [slow] = push.send_async([make_message(token, msg_id)])
    assert slow.success
    assert time.monotonic() - begun > 0.4
    fcm.control(latency_ms=4000)
    push.read_timeout = IMPATIENCE
    assert isinstance(push.error(make_message(token, msg_id)), exceptions.DeadlineExceededError)


def test_a_withdrawn_key_gets_no_token(fcm, push, token, msg_id):
    fcm.control(revoked=True)
    with pytest.raises(exceptions.UnknownError, match="invalid_grant"):
        push.send_async([make_message(token, msg_id)])


def test_an_access_token_that_ran_out_is_renewed_by_the_sdk(fcm, push, token, msg_id):
    fcm.control(token_ttl_s=1)
    push.send(make_message(token, msg_id))
    first = push.credentials.token
    fcm.control(token_ttl_s=3599)
    push.credentials.expiry = None
    push.credentials.token = "ya29.stale.mark"
    push.send(make_message(token, msg_id))
    assert push.credentials.token not in (first, "ya29.stale.mark")


def test_credentials_stay_good_when_the_stand_in_restarts(fcm_process, push: PushClient, token, msg_id):
    push.send(make_message(token, msg_id))
    held = push.credentials.token
    fcm_process.kill()
    fcm_process.start()
    push.send(make_message(token, msg_id))
    assert push.credentials.token == held
    assert len(accepted(fcm_process, msg_id)) == 2


def test_another_scope_is_not_enough(fcm, token, msg_id):
    scopes = ["https://www.googleapis.com/auth/devstorage.read_write"]
    credentials = HomelessCredentials.from_service_account_file(str(fcm.service_account), scopes=scopes)
    answer = _post(fcm, credentials, fcm.project_id, token)
    assert answer.status_code == 403
    assert answer.json()["error"]["details"][0]["reason"] == "ACCESS_TOKEN_SCOPE_INSUFFICIENT"


def test_another_project_is_denied(fcm, push, token):
    answer = _post(fcm, push.credentials, "somebody-else", token)
    assert answer.status_code == 403
    assert answer.json()["error"]["status"] == "PERMISSION_DENIED"


def _post(fcm: RunningFcm, credentials: HomelessCredentials, project: str, token: str) -> httpx.Response:
    from google.auth.transport.requests import Request

    session = Request()
    credentials.refresh(session)
    session.session.close()
    return httpx.post(
        f"{fcm.base_url}/v1/projects/{project}/messages:send",
        json={"message": {"token": token, "data": {"a": "b"}}},
        headers={"Authorization": f"Bearer {credentials.token}"},
    )
