"""Where a private server's files go, and what a record from another checkout may not do."""

import json
import stat
from pathlib import Path

import pytest

from deploy.local import places
from deploy.local.account import Account, caller

pytestmark = pytest.mark.unit


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(places, "ROOT", tmp_path)
    monkeypatch.setattr(places, "VAR", tmp_path / "var")
    monkeypatch.setattr(places, "OUTSIDE", tmp_path / "outside")
    return tmp_path


@pytest.fixture
def me() -> Account:
    return caller()


def test_a_socket_path_is_measured_in_bytes_not_characters() -> None:
    fitting = "/" + "a" * (places.SOCKET_PATH_LIMIT - len("//.s.PGSQL.5432"))
    assert places.fits_a_socket(Path(fitting))
    assert not places.fits_a_socket(Path(fitting + "a"))
    assert not places.fits_a_socket(Path("/" + "格" * 40))


def test_a_place_is_inside_the_checkout_and_private(checkout: Path, me: Account) -> None:
    place = places.settle_place("pg", me)
    assert place.home == checkout / "var" / "pg"
    assert stat.S_IMODE(place.home.stat().st_mode) == 0o700
    assert places.recorded_place("pg") == place
    assert places.settle_place("pg", me) == place


def test_sockets_of_a_deep_checkout_go_to_a_short_private_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, me: Account
) -> None:
    deep = tmp_path / ("d" * 90)
    monkeypatch.setattr(places, "ROOT", deep)
    monkeypatch.setattr(places, "VAR", deep / "var")
    deep.mkdir()
    place = places.settle_place("pg", me)
    try:
        assert place.home == deep / "var" / "pg"
        assert places.fits_a_socket(place.sockets)
        assert stat.S_IMODE(place.sockets.stat().st_mode) == 0o700
        assert places.settle_place("pg", me) == place
    finally:
        places.remove_outside()
    assert not place.sockets.exists()


def test_sockets_folder_that_was_swept_away_is_replaced(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, me: Account
) -> None:
    place = places.settle_place("redis", me)
    place.sockets.rmdir()
    again = places.settle_place("redis", me)
    assert again.sockets.is_dir()


def test_files_go_outside_when_the_account_cannot_enter_the_checkout(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, me: Account
) -> None:
    monkeypatch.setattr(places, "can_enter", lambda folder, account: folder != places.VAR)
    place = places.settle_place("pg", me)
    assert place.home.parent == checkout / "outside" / places.checkout_mark()
    assert places.settle_place("pg", me) == place
    places.remove_outside()
    assert not place.home.exists()


def test_a_copied_checkout_does_not_follow_the_record_of_the_original(checkout: Path, me: Account) -> None:
    places.write_record("pg", places.Place(Path("/var/lib/somewhere"), Path("/tmp/gridloop-original")))
    record = places.record_path("pg")
    record.write_text(json.dumps({**json.loads(record.read_text()), "checkout": "0" * 12}))
    assert places.recorded_place("pg") is None


@pytest.mark.parametrize("text", ["", "[]", "null", '{"home": 1}', '"home"'])
def test_a_broken_record_counts_as_none(checkout: Path, text: str) -> None:
    path = places.record_path("pg")
    path.parent.mkdir(parents=True)
    path.write_text(text)
    assert places.recorded_place("pg") is None


def test_a_record_cannot_make_clean_delete_anything_else(checkout: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    places.write_record("pg", places.Place(home=precious, sockets=precious))
    places.remove_outside()
    assert precious.is_dir()


def test_a_link_is_not_a_private_folder(tmp_path: Path, me: Account) -> None:
    target = tmp_path / "target"
    target.mkdir(mode=0o700)
    link = tmp_path / "link"
    link.symlink_to(target)
    assert places.is_private(target, me)
    assert not places.is_private(link, me)
