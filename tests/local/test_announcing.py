"""What `make run` says when it is up."""

from pathlib import Path

import pytest

from deploy.local import announcing
from deploy.local.processes import REAL_WHEN, Ports, StandIn

pytestmark = pytest.mark.unit
PORTS = Ports(8081, 8091, 8092)
SETTINGS = {
    "GRIDLOOP_PUBLIC_URL": "http://127.0.0.1:8081",
    "GRIDLOOP_DEMO": "1",
    "GRIDLOOP_FCM_BASE_URL": "http://127.0.0.1:8091",
    "GRIDLOOP_TWILIO_BASE_URL": "http://127.0.0.1:8092",
    "GRIDLOOP_ALIYUN_BASE_URL": "http://127.0.0.1:8093",
    "GRIDLOOP_WEBPUSH_BASE_URL": "http://127.0.0.1:8094",
}


@pytest.fixture(autouse=True)
def sign_ins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "demo-signins.txt"
    monkeypatch.setattr(announcing, "SIGN_INS", path)
    return path


def test_the_address_comes_first_then_the_sign_ins(sign_ins: Path) -> None:
    sign_ins.write_text("desk  lizhi-desk\n")
    lines = announcing.announcement(PORTS, SETTINGS, frozenset(StandIn)).strip().splitlines()
    assert lines[0] == "Gridloop runs at http://127.0.0.1:8081"
    assert "    desk  lizhi-desk" in lines


def test_no_sign_ins_without_the_demo(sign_ins: Path) -> None:
    sign_ins.write_text("desk  lizhi-desk\n")
    assert "lizhi-desk" not in announcing.announcement(PORTS, SETTINGS | {"GRIDLOOP_DEMO": "0"}, frozenset(StandIn))


def test_a_public_address_is_named_beside_the_local_one() -> None:
    settings = SETTINGS | {"GRIDLOOP_PUBLIC_URL": "https://station.example"}
    first = announcing.announcement(PORTS, settings, frozenset(StandIn)).strip().splitlines()[0]
    assert first == "Gridloop runs at http://127.0.0.1:8081 (public address: https://station.example)"


def test_it_says_which_provider_is_real() -> None:
    real = dict.fromkeys(REAL_WHEN[StandIn.TWILIO], "given")
    said = announcing.announcement(PORTS, SETTINGS | real, frozenset({StandIn.FCM, StandIn.WEBPUSH}))
    assert "fcm     a stand-in at http://127.0.0.1:8091" in said
    assert "twilio  the real one" in said
    assert "aliyun  none" in said
