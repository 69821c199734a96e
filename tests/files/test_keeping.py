"""What becomes of bytes that come in, and of the rows they get."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from cryptography.exceptions import InvalidTag
from PIL import Image
from sqlalchemy import text

from api.files.errors import (
    DocumentRefused,
    FileEmpty,
    FileTooLarge,
    FileTypeRefused,
    ImageTooLarge,
    ImageUnreadable,
    LinkEnded,
    LinkRefused,
    PersonQuotaSpent,
    StationQuotaSpent,
)
from api.files.gateways.depot import DepotOrder, depot
from api.files.queries import files_of
from api.files.rules.links import PATH
from api.files.service import (
    claim_file,
    claim_files,
    drop_orphans,
    drop_removed_bytes,
    drop_unclaimed,
    keep_file,
    open_link,
    prepare_file,
    read_linked,
    remove_files,
    show_own_file,
    sign_file_link,
)
from api.files.service.preparing import get_blob, put_blob
from api.files.types import Claim, Limits, MediaType, NewFile, Purpose, Variant
from api.kernel.errors import NotFound, Unavailable
from api.plumbing.context import Ctx
from tests.builders import files as made
from tests.builders.followups import later
from tests.builders.grids import make_station
from tests.builders.identity import Enrolled, actor_of, at, enroll, open_session


@pytest.fixture
def person(ctx: Ctx) -> Enrolled:
    return enroll(ctx, station_id=make_station(ctx))


@pytest.fixture
def own(ctx: Ctx, person: Enrolled, make_ctx) -> Ctx:
    return make_ctx(actor_of(ctx, open_session(ctx, person)))


@pytest.fixture
def folder(tmp_path):
    """A store of the test's own."""
    before = depot._order
    depot.load(DepotOrder(tmp_path))
    yield tmp_path
    depot.load(before)


def opened(ctx: Ctx, file, variant: Variant = Variant.FULL) -> bytes:
    return read_linked(open_link(ctx, sign_file_link(ctx, file.id, variant=variant).removeprefix(PATH)))


def test_a_photo_is_made_anew_and_its_place_and_hour_are_kept_apart(own: Ctx) -> None:
    source = made.photographed()
    assert made.SERIAL.encode() in source
    file = made.keep(own, source)
    copy = opened(own, file)
    assert made.SERIAL.encode() not in copy
    with Image.open(BytesIO(copy)) as image:
        assert (image.format, image.size, dict(image.getexif())) == ("JPEG", (64, 48), {})
        assert not {"comment", "exif", "icc_profile"} & image.info.keys()
    assert file.taken_at == datetime(2026, 10, 5, 6, 30, tzinfo=UTC)
    assert file.taken_where is not None
    assert (round(file.taken_where.lat, 4), round(file.taken_where.lon, 4)) == (made.LAT, made.LON)
    assert file.sha256 != file.source_sha256


def test_place_and_hour_lie_sealed(own: Ctx) -> None:
    file = made.keep(own, made.photographed())
    raw = own.session.execute(text("SELECT capture FROM files WHERE id = :id"), {"id": file.id}).scalar_one()
    assert b"29.7" not in bytes(raw)
    assert b"2026" not in bytes(raw)


@pytest.mark.parametrize(("orientation", "corner"), [(1, "nw"), (3, "se"), (6, "sw"), (8, "ne")])
def test_a_photo_taken_sideways_stands_upright(own: Ctx, orientation: int, corner: str) -> None:
    with Image.open(BytesIO(opened(own, made.keep(own, made.photographed(orientation))))) as image:
        right, bottom = image.width - 1, image.height - 1
        # Which corner of the picture as it was recorded is now at the top left: red grows eastwards, green southwards.
        red, green, _ = image.convert("RGB").getpixel((0, 0))
        assert image.size == ((48, 64) if orientation in (6, 8) else (64, 48))
        assert ("s" if green > 128 else "n") + ("e" if red > 128 else "w") == corner
        assert image.getpixel((0, 0)) != image.getpixel((right, bottom))


@pytest.mark.parametrize(
    ("form", "mode", "kept"),
    [
        ("JPEG", "RGB", MediaType.JPEG),
        ("JPEG", "CMYK", MediaType.JPEG),
        ("JPEG", "L", MediaType.JPEG),
        ("PNG", "RGBA", MediaType.PNG),
        ("PNG", "P", MediaType.PNG),
        ("PNG", "1", MediaType.PNG),
        ("WEBP", "RGB", MediaType.JPEG),
        ("WEBP", "RGBA", MediaType.PNG),
        ("HEIF", "RGB", MediaType.JPEG),
    ],
)
def test_every_format_a_phone_makes_is_taken(own: Ctx, form: str, mode: str, kept: MediaType) -> None:
    file = made.keep(own, made.encoded(made.picture(mode=mode), form))
    assert (file.media_type, file.width, file.height) == (kept, 64, 48)
    with Image.open(BytesIO(opened(own, file))) as image:
        assert Image.MIME[image.format] == kept
    with Image.open(BytesIO(opened(own, file, Variant.THUMBNAIL))) as small:
        assert (small.format, small.mode) == ("JPEG", "L" if mode in ("L", "1") else "RGB")


def test_texts_in_a_png_are_gone(own: Ctx) -> None:
    source = made.annotated_png()
    assert made.SERIAL.encode() in source
    assert made.SERIAL.encode() not in opened(own, made.keep(own, source))


def test_a_thumbnail_is_small(own: Ctx) -> None:
    file = made.keep(own, made.jpeg(1_600, 900))
    with Image.open(BytesIO(opened(own, file, Variant.THUMBNAIL))) as small:
        assert small.size == (320, 180)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", FileEmpty),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", FileTypeRefused),
        (b"<html><script>1</script>", FileTypeRefused),
        (b"GIF89a" + b"\0" * 40, FileTypeRefused),
        (b"PK\x03\x04" + b"\0" * 40, FileTypeRefused),
        (made.pdf(), FileTypeRefused),
        (made.jpeg()[:-200], ImageUnreadable),
        (b"\xff\xd8\xff\xe0" + b"\0" * 500, ImageUnreadable),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 30, ImageUnreadable),
        (b"RIFF\0\0\0\0WEBPVP8X" + b"\xff" * 30, ImageTooLarge),
        (b"\0\0\0\x18ftypheic" + b"\0" * 400, ImageUnreadable),
        (b"\xff\xd8\xff" + b"\0" * (20 << 20), FileTooLarge),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_what_is_no_photo_is_refused(own: Ctx, data: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        keep_file(own, NewFile(data, "image/jpeg", name="photo.jpg"))


def test_a_paper_may_be_a_pdf_and_stays_as_it_came(own: Ctx) -> None:
    file = made.keep(own, made.pdf(), purpose=Purpose.PAPER)
    assert (file.media_type, file.width, file.has_thumbnail) == (MediaType.PDF, None, False)
    assert opened(own, file) == made.pdf()
    assert file.sha256 == file.source_sha256


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (made.pdf(b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>"), "JavaScript"),
        (made.pdf(b"/OpenAction << /S /#4aava#53cript >>"), "JavaScript"),
        (made.pdf(b"/AA << /O << /S/Launch/F(cmd.exe) >> >>"), "Launch"),
        (made.pdf(b"/Names << /EmbeddedFiles << >> >>"), "EmbeddedFiles"),
        (made.pdf(trailer=b"/Encrypt 9 0 R"), "locked"),
        (made.pdf() + b"PK\x03\x04zip", "appended"),
        (made.pdf()[:-8], "damaged"),
    ],
)
def test_a_pdf_that_acts_or_is_two_things_is_refused(own: Ctx, data: bytes, reason: str) -> None:
    with pytest.raises(DocumentRefused) as refused:
        made.keep(own, data, purpose=Purpose.PAPER)
    assert refused.value.facts == {"reason": reason}


def test_a_file_is_given_once_and_may_be_given_again_to_the_same(own: Ctx, ctx: Ctx) -> None:
    file, first, second = made.keep(own), own.new_id(), own.new_id()
    assert claim_file(own, file.id, "visit", first).id == file.id
    assert claim_file(own, file.id, "visit", first).id == file.id
    with pytest.raises(NotFound):
        claim_file(own, file.id, "visit", second)
    assert [kept.id for kept in files_of(own.session, "visit", [first])[first]] == [file.id]
    assert files_of(own.session, "incident", [first]) == {}


def test_one_that_may_not_be_given_spoils_the_whole_report(own: Ctx) -> None:
    file, owner = made.keep(own), own.new_id()
    with pytest.raises(NotFound):
        claim_files(own, Claim("visit", owner, (file.id, own.new_id())))
    assert files_of(own.session, "visit", [owner]) == {}


def test_a_colleague_cannot_take_or_see_what_waits(own: Ctx, ctx: Ctx, person: Enrolled, make_ctx) -> None:
    file = made.keep(own)
    assert show_own_file(own, file.id).id == file.id
    colleague = enroll(ctx, station_id=person.station_id)
    other = make_ctx(actor_of(ctx, open_session(ctx, colleague)))
    with pytest.raises(NotFound):
        show_own_file(other, file.id)
    with pytest.raises(NotFound):
        claim_file(other, file.id, "visit", own.new_id())


def test_the_uploader_loses_sight_of_what_is_given(own: Ctx) -> None:
    file = made.keep(own)
    claim_file(own, file.id, "visit", own.new_id())
    with pytest.raises(NotFound):
        show_own_file(own, file.id)


def test_a_link_opens_one_file_in_one_variant_until_its_time(own: Ctx) -> None:
    file = made.keep(own)
    token = sign_file_link(own, file.id, timedelta(minutes=5)).removeprefix(PATH)
    assert open_link(own, token).media_type is MediaType.JPEG
    for changed in (token[:-1] + ("A" if token[-1] != "A" else "B"), "z" + token[1:], token + "=", "", "?" * 50):
        with pytest.raises(LinkRefused):
            open_link(own, changed)
    with pytest.raises(LinkEnded):
        open_link(later(own, minutes=5), token)


def test_no_link_lives_longer_than_a_day(own: Ctx) -> None:
    token = sign_file_link(own, made.keep(own).id, timedelta(days=400)).removeprefix(PATH)
    with pytest.raises(LinkEnded):
        open_link(later(own, days=1), token)


def test_a_removed_file_is_gone_for_its_links_at_once_and_keeps_its_digest(own: Ctx, folder) -> None:
    file = made.keep(own, made.photographed())
    claim_file(own, file.id, "visit", own.new_id())
    token = sign_file_link(own, file.id).removeprefix(PATH)
    remove_files(own, [file.id])
    with pytest.raises(LinkRefused):
        open_link(own, token)
    assert drop_removed_bytes(own) == 1
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    row = own.session.execute(text("SELECT sha256, capture, name FROM files WHERE id = :id"), {"id": file.id}).one()
    assert (bytes(row.sha256).hex(), row.capture, row.name) == (file.sha256, None, None)


def test_what_nobody_claims_goes_with_its_bytes(own: Ctx, folder) -> None:
    made.keep(own)
    claimed = made.keep(own)
    claim_file(own, claimed.id, "visit", own.new_id())
    assert drop_unclaimed(later(own, days=6)) == 0
    assert drop_unclaimed(later(own, days=8)) == 1
    assert drop_removed_bytes(own) == 1
    assert own.session.execute(text("SELECT count(*), min(id::text) FROM files")).one() == (1, str(claimed.id))
    assert opened(own, claimed)
    assert own.session.execute(text("SELECT files FROM file_use")).scalar_one() == 1


def test_bytes_without_a_row_go_after_a_day(own: Ctx, folder) -> None:
    kept = made.keep(own)
    prepare_file(NewFile(made.jpeg()))
    assert drop_orphans(own) == 0
    assert drop_orphans(later(own, days=2)) == 2  # the photo and its thumbnail
    assert opened(own, kept)


def test_bytes_lie_sealed_and_an_exchanged_blob_does_not_open(own: Ctx, folder) -> None:
    secret, other = put_blob(b"the one")[0], put_blob(b"the other")[0]
    assert b"the one" not in (folder / secret).read_bytes()
    (folder / secret).write_bytes((folder / other).read_bytes())
    with pytest.raises(InvalidTag):
        get_blob(secret)


def test_a_full_disk_is_not_the_senders_fault(own: Ctx, tmp_path) -> None:
    before = depot._order
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    depot.load(DepotOrder(blocked))
    try:
        with pytest.raises(Unavailable):
            made.keep(own)
    finally:
        depot.load(before)


@pytest.mark.parametrize(
    ("limits", "error"),
    [
        (Limits(person_daily_files=2), PersonQuotaSpent),
        (Limits(person_daily_bytes=5_000), PersonQuotaSpent),
        (Limits(station_bytes=5_000), StationQuotaSpent),
    ],
)
def test_room_ends(own: Ctx, tmp_path, limits: Limits, error: type[Exception]) -> None:
    before = depot._order
    depot.load(DepotOrder(tmp_path, limits))
    try:
        made.keep(own)
        made.keep(own)
        with pytest.raises(error):
            made.keep(own)
        # What was refused takes no room either.
        assert len([path for path in tmp_path.rglob("*-*") if path.is_file()]) == 4
    finally:
        depot.load(before)


def test_tomorrow_there_is_room_again(own: Ctx, tmp_path) -> None:
    before = depot._order
    depot.load(DepotOrder(tmp_path, Limits(person_daily_files=1)))
    try:
        made.keep(own)
        with pytest.raises(PersonQuotaSpent) as refused:
            made.keep(later(own, hours=20))
        assert refused.value.retry_after == pytest.approx(4 * 3600, abs=120)
        made.keep(later(own, hours=25))
    finally:
        depot.load(before)


def test_a_page_behind_a_link_names_whose_it_was(ctx: Ctx, person: Enrolled) -> None:
    file = made.keep(at(ctx, person.station_id), uploaded_by=person.id, owner_kind="offer", owner_id=ctx.new_id())
    row = ctx.session.execute(text("SELECT uploaded_by, state FROM files WHERE id = :id"), {"id": file.id}).one()
    assert (row.uploaded_by, row.state) == (person.id, "claimed")
