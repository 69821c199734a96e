"""Photos of a contact: claimed for it, part of its evidence, and shown to those who may see the visit."""

from datetime import timedelta

import pytest

from api.files.queries import files_of
from api.followups.queries import contacts_of_visit
from api.followups.service.photos import OWNER
from api.followups.types import Mode, Reason, Verdict
from api.identity.types import Role
from api.kernel.errors import NotFound
from tests.builders.files import jpeg, keep, photographed
from tests.builders.followups import acting as service
from tests.builders.followups import as_person, at_time, first_visit, fix_at, make_town, morning, open_plan, report

THEN, OTHER_DAY = "2026:03:10 08:00:00", "2026:02:01 08:00:00"


@pytest.fixture
def visit(monday, town):
    return first_visit(monday, open_plan(monday, town, colour="red"))


@pytest.fixture
def mediator(monday, town):
    return as_person(at_time(monday, morning(10)), town, town.mediator, Role.MEDIATOR)


@pytest.fixture
def supervisor(mediator, town):
    return as_person(mediator, town, town.supervisor, Role.SUPERVISOR)


def shot(ctx, taken=THEN):
    """A photo of the visited place, brought by the actor."""
    return keep(ctx, photographed(taken=taken))


def with_photos(*files, **kw):
    return report(morning(10), mode=Mode.JOINT_VISIT, photos=tuple(file.id for file in files), **kw)


def test_the_digests_of_what_the_camera_made_join_the_evidence(mediator, visit) -> None:
    file = shot(mediator)
    assert file.source_sha256 != file.sha256
    named = ("b" * 64, file.source_sha256)
    contact = service.report_contact(mediator, visit.id, with_photos(file, photo_hashes=named))
    assert contact.photo_hashes == named
    claimed = files_of(mediator.session, OWNER, [contact.id])
    assert [found.id for found in claimed[contact.id]] == [file.id]


def test_a_photo_made_there_and_then_makes_good_for_a_missing_position(mediator, visit) -> None:
    contact = service.report_contact(mediator, visit.id, with_photos(shot(mediator)))
    assert (contact.verdict, contact.reasons) == (
        Verdict.PLAUSIBLE,
        (Reason.NO_POSITION, Reason.PHOTO_AT_PLACE),
    )


def test_an_old_photo_is_doubtful_and_the_report_is_taken_all_the_same(mediator, visit) -> None:
    contact = service.report_contact(mediator, visit.id, with_photos(shot(mediator, OTHER_DAY), fix=fix_at()))
    assert (contact.verdict, contact.reasons, contact.counted) == (
        Verdict.DOUBTFUL,
        (Reason.PHOTO_OTHER_TIME,),
        True,
    )


def test_the_same_report_twice_is_one_contact_with_its_photos(mediator, visit) -> None:
    sent = with_photos(shot(mediator))
    first = service.report_contact(mediator, visit.id, sent)
    assert service.report_contact(mediator, visit.id, sent) == first
    assert contacts_of_visit(mediator.session, visit.id) == [first]


@pytest.mark.parametrize("whose", ["a colleague's", "nobody's", "another contact's", "another station's"])
def test_only_ones_own_photos_that_nothing_else_holds(monday, town, mediator, supervisor, visit, whose) -> None:
    if whose == "a colleague's":
        file_id = shot(supervisor).id
    elif whose == "nobody's":
        file_id = mediator.new_id()
    elif whose == "another station's":
        there = make_town(monday)
        file_id = shot(as_person(mediator, there, there.mediator, Role.MEDIATOR)).id
    else:
        file = shot(mediator)
        service.report_contact(mediator, visit.id, with_photos(file))
        file_id = file.id
    with pytest.raises(NotFound):
        service.report_contact(mediator, visit.id, report(morning(10) - timedelta(minutes=5), photos=(file_id,)))


def test_whoever_may_see_the_visit_gets_links_and_not_the_place(app, mediator, supervisor, visit) -> None:
    file = shot(mediator)
    service.report_contact(mediator, visit.id, with_photos(file, keep(mediator, jpeg())))
    [contact] = service.read_visit(supervisor, visit.id).contacts
    taken = {photo.id: photo.taken_at for photo in contact["photos"]}
    assert (len(taken), taken[file.id], set(taken.values())) == (2, morning(10), {morning(10), None})
    assert not any("where" in name for photo in contact["photos"] for name in vars(photo))
    for photo in contact["photos"]:
        for link in (photo.link, photo.thumbnail_link):
            assert link.startswith("/v1/file-links/")
