"""One process per stand-in and test run; each test finds it healthy and uses names of its own."""

import uuid
from collections.abc import Callable, Iterator

import pytest

from tests.sandbox.sdk import PushClient, make_push_client, make_sms_client
from tests.sandbox.webhook import Webhook
from tests.sandboxes import (
    RunningAliyun,
    RunningFcm,
    RunningTwilio,
    RunningWebPush,
    make_token,
    start_aliyun,
    start_fcm,
    start_twilio,
    start_webpush,
)


@pytest.fixture(scope="session")
def fcm_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningFcm]:
    with start_fcm(tmp_path_factory.mktemp("fcm")) as running:
        yield running


@pytest.fixture(scope="session")
def twilio_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningTwilio]:
    with start_twilio(tmp_path_factory.mktemp("twilio")) as running:
        yield running


@pytest.fixture(scope="session")
def webpush_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningWebPush]:
    with start_webpush(tmp_path_factory.mktemp("webpush")) as running:
        yield running


@pytest.fixture(scope="session")
def aliyun_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningAliyun]:
    with start_aliyun(tmp_path_factory.mktemp("aliyun")) as running:
        yield running


@pytest.fixture
def webpush(webpush_process: RunningWebPush) -> RunningWebPush:
    webpush_process.reset()
    return webpush_process


@pytest.fixture
def aliyun(aliyun_process: RunningAliyun) -> RunningAliyun:
    aliyun_process.reset()
    aliyun_process.register(["网格联动"], [{"code": "SMS_1", "body": "验证码 ${code}", "type": 1}])
    return aliyun_process


@pytest.fixture
def fcm(fcm_process: RunningFcm) -> RunningFcm:
    fcm_process.reset()
    return fcm_process


@pytest.fixture
def twilio(twilio_process: RunningTwilio) -> RunningTwilio:
    twilio_process.reset()
    return twilio_process


@pytest.fixture
def push(fcm: RunningFcm) -> Iterator[PushClient]:
    client = make_push_client(fcm)
    yield client
    client.close()


@pytest.fixture
def sms(twilio: RunningTwilio) -> Callable[..., object]:
    return make_sms_client(twilio)


@pytest.fixture
def token() -> str:
    return make_token(uuid.uuid4().hex)


@pytest.fixture
def msg_id() -> str:
    return str(uuid.uuid4())


@pytest.fixture
def number() -> str:
    return f"+86199{uuid.uuid4().int % 10**8:08d}"


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    with Webhook() as listening:
        yield listening
