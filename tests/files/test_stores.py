"""Disk and bucket keep the same promises."""

import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from api.app import depot_order
from api.files.gateways.bucket import BucketAddress, BucketStore
from api.files.gateways.depot import DepotOrder, depot
from api.files.gateways.disk import DiskStore
from api.files.gateways.port import BlobMissing, BlobStore, StoreDown
from api.files.rules.links import PATH
from api.files.service import keep_file, open_link, read_linked, sign_file_link
from api.files.types import Limits, NewFile
from api.kernel.errors import Unavailable
from api.plumbing.context import Ctx
from tests.builders import files as made
from tests.builders.grids import make_station
from tests.builders.identity import actor_of, enroll, open_session
from tests.files.bucket_stand_in import bucket

KEYS = [f"ab/cd/{'abcd' + str(n) * 60}-{'0' * 16}" for n in range(5)]


def address(url: str, prefix: str = "gridloop/") -> BucketAddress:
    return BucketAddress("photos", url, "us-east-1", "our-key", "our-secret", prefix)


@pytest.fixture(params=["disk", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[BlobStore]:
    if request.param == "disk":
        yield DiskStore(tmp_path)
    else:
        with bucket() as server:
            yield BucketStore(address(server.url))


def test_what_is_put_comes_back(store: BlobStore) -> None:
    data = bytes(range(256)) * 1_000
    store.put(KEYS[0], data)
    assert store.get(KEYS[0]) == data


def test_what_is_removed_is_gone_and_may_be_removed_again(store: BlobStore) -> None:
    store.put(KEYS[0], b"x")
    store.remove(KEYS[:2])
    store.remove(KEYS[:2])
    with pytest.raises(BlobMissing):
        store.get(KEYS[0])


def test_old_keys_are_listed_over_every_page(store: BlobStore) -> None:
    for key in KEYS:
        store.put(key, b"x")
    assert sorted(store.keys_before(datetime.now(UTC) + timedelta(minutes=1))) == sorted(KEYS)
    assert list(store.keys_before(datetime.now(UTC) - timedelta(minutes=1))) == []


def test_a_key_of_somebody_elses_making_reaches_no_file(tmp_path: Path) -> None:
    for key in ("../../etc/passwd", "ab/cd/../../x", "", KEYS[0] + "/x", KEYS[0].upper()):
        with pytest.raises(ValueError, match="key"):
            DiskStore(tmp_path).get(key)


def test_on_disk_only_we_can_read_it_and_half_written_drafts_go(tmp_path: Path) -> None:
    store = DiskStore(tmp_path)
    store.put(KEYS[0], b"x")
    path = tmp_path / KEYS[0]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    draft = path.with_name("half.part")
    draft.write_bytes(b"half")
    assert list(store.keys_before(datetime.now(UTC) + timedelta(minutes=1))) == [KEYS[0]]
    assert not draft.exists()


def test_a_bucket_that_fails_or_refuses_is_down() -> None:
    with bucket() as server:
        server.is_broken = True
        with pytest.raises(StoreDown, match="InternalError"):
            BucketStore(address(server.url)).put(KEYS[0], b"x")
        server.is_broken = False
        stranger = BucketAddress("photos", server.url, "us-east-1", "other", "secret")
        with pytest.raises(StoreDown, match="AccessDenied"):
            BucketStore(stranger).get(KEYS[0])
    with pytest.raises(StoreDown, match="EndpointConnectionError"):
        BucketStore(address("http://127.0.0.1:9")).get(KEYS[0])


def test_files_live_in_a_bucket_as_well(ctx: Ctx, make_ctx, tmp_path: Path) -> None:
    own = make_ctx(actor_of(ctx, open_session(ctx, enroll(ctx, station_id=make_station(ctx)))))
    before = depot._order
    try:
        with bucket() as server:
            depot.load(DepotOrder(tmp_path, Limits(), address(server.url)))
            file = keep_file(own, NewFile(made.jpeg()))
            token = sign_file_link(own, file.id).removeprefix(PATH)
            assert len(read_linked(open_link(own, token))) == file.size
            assert len(server.objects) == 2
            assert all(
                key.startswith("gridloop/") and b"\xff\xd8" not in data[:2] for key, (data, _) in server.objects.items()
            )
            server.is_broken = True
            with pytest.raises(Unavailable):
                keep_file(own, NewFile(made.jpeg()))
            with pytest.raises(Unavailable):
                read_linked(open_link(own, token))
        assert list(tmp_path.iterdir()) == []
    finally:
        depot.load(before)


def test_settings_choose_the_store(make_settings) -> None:
    plain = depot_order(make_settings("postgresql+psycopg://nobody@/nowhere", files_station_gb=3))
    assert (plain.bucket, plain.limits.station_bytes) == (None, 3 << 30)
    chosen = depot_order(
        make_settings(
            "postgresql+psycopg://nobody@/nowhere", s3_bucket="photos", s3_secret_key="secret", s3_prefix="p/"
        )
    )
    assert chosen.bucket is not None
    assert (chosen.bucket.bucket, chosen.bucket.secret_key, chosen.bucket.prefix) == ("photos", "secret", "p/")
