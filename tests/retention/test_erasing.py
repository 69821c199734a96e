"""What has been kept long enough goes, nothing else does, and what is left says nothing of anybody."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from api.disputes.models import Dispute, DisputeParty
from api.disputes.models.mediation import MediationSession
from api.disputes.service.erasing import ERASED, WORDED, erase_expired_parties, erase_expired_records
from api.followups.service.erasing import erase_expired_positions
from api.identity.types import Role
from api.incidents.service.erasing import erase_expired_requesters
from api.notifications.service.erasing import drop_expired_messages
from api.plumbing.context import Ctx
from api.plumbing.crypto import Sealed
from api.plumbing.db import Base
from api.plumbing.timers import Timer
from api.retention.types import Purpose
from tests.builders.followups import Town, acting, as_person, first_visit, fix_at, make_town, open_plan
from tests.builders.followups import report as visit_report
from tests.builders.identity import Enrolled, bearer, enroll, open_session
from tests.builders.incidents import make_scene, report
from workers.jobs.retention import ERASERS, erase_expired

YEARS = timedelta(days=366)


@pytest.mark.unit
def test_every_purpose_has_somebody_who_erases() -> None:
    assert set(ERASERS) == set(Purpose)


@pytest.mark.unit
def test_every_sealed_word_of_a_dispute_is_erased_by_somebody() -> None:
    sealed = {
        mapper.class_
        for mapper in Base.registry.mappers
        if mapper.class_.__module__.startswith("api.disputes.models")
        and any(isinstance(column.type, Sealed) for column in mapper.local_table.columns)
    }
    assert sealed == {Dispute, DisputeParty, *WORDED}


def test_parties_go_five_years_after_the_end_and_stay_until_then(ctx) -> None:
    town = make_town(ctx)
    old, recent, running = (
        _case(ctx, town, ended=ctx.now - 5 * YEARS),
        _case(ctx, town, ended=ctx.now - 4 * YEARS),
        _case(ctx, town, ended=None),
    )
    parties = {case: _party(ctx, town, case) for case in (old, recent, running)}
    assert erase_expired_parties(ctx, limit=10) == 1
    assert erase_expired_parties(ctx, limit=10) == 0
    gone = _row(ctx.session, DisputeParty, parties[old])
    assert (gone.name, gone.phone, gone.phone_index, gone.document_number) == (ERASED, None, None, None)
    for case in (recent, running):
        assert _row(ctx.session, DisputeParty, parties[case]).phone == "+8613812345678"


def test_two_erased_parties_no_longer_look_like_one(ctx) -> None:
    town = make_town(ctx)
    first, second = (_party(ctx, town, _case(ctx, town, ended=ctx.now - 6 * YEARS)) for _ in range(2))
    before = [_row(ctx.session, DisputeParty, party).name_index for party in (first, second)]
    assert before[0] == before[1]
    erase_expired_parties(ctx, limit=10)
    after = [_row(ctx.session, DisputeParty, party).name_index for party in (first, second)]
    assert len({*before, *after}) == 3


def test_words_go_after_ten_years_and_the_codes_stay(ctx) -> None:
    town = make_town(ctx)
    case = _case(ctx, town, ended=ctx.now - 11 * YEARS, summary="丈夫醉酒后动手")
    ctx.session.execute(
        insert(MediationSession).values(
            id=ctx.new_id(), dispute_id=case, station_id=town.station_id, round=1, number=1, state="held",
            record="双方各执一词", ended_at=ctx.now, planned_by=town.mediator, planned_at=ctx.now,
        )
    )  # fmt: skip
    assert erase_expired_records(ctx, limit=10) == 1
    row = _row(ctx.session, Dispute, case)
    assert (row.summary, row.category, row.colour) == (ERASED, "0201", "yellow")
    assert ctx.session.scalar(select(MediationSession.record)) == ERASED
    assert ctx.session.scalar(select(MediationSession.note)) is None
    assert erase_expired_records(ctx, limit=10) == 0


def test_a_stations_own_rule_comes_first_and_never_under_half_a_year(client, ctx) -> None:
    town = make_town(ctx)
    chief = bearer(open_session(ctx, Enrolled(town.chief, town.station_id, "", "")))
    case = _case(ctx, town, ended=ctx.now - timedelta(days=400))
    _party(ctx, town, case)
    assert erase_expired_parties(ctx, limit=10) == 0
    path = "/v1/retention-rules/dispute_party/versions"
    for body, status in (
        ({"keep_days": 90, "replaces": 1}, 422),
        ({"keep_days": 365, "replaces": 2}, 409),
        ({"keep_days": 365, "replaces": 1}, 201),
        ({"keep_days": 300, "replaces": 1}, 409),
    ):
        answer = client.post(path, json=body, headers={**chief, "Idempotency-Key": f"{body}"})
        assert answer.status_code == status, answer.json
    history = client.get("/v1/retention-rules/dispute_party", headers=chief).json
    assert [(rule["version"], rule["keep_days"]) for rule in history] == [(2, 365), (1, 1825)]
    rules = {rule["purpose"]: rule for rule in client.get("/v1/retention-rules", headers=chief).json}
    assert rules["dispute_party"]["keep_days"] == 365
    assert rules.keys() == set(Purpose)
    assert client.get("/v1/retention-rules/nothing", headers=chief).status_code == 404
    assert erase_expired_parties(ctx, limit=10) == 1


def test_a_party_is_erased_on_request_only_when_the_case_is_over(client, ctx) -> None:
    town, other = make_town(ctx), make_town(ctx)
    running, over = _case(ctx, town, ended=None), _case(ctx, town, ended=ctx.now)
    parties = [_party(ctx, town, case) for case in (running, over)]
    foreign = _case(ctx, other, ended=ctx.now)
    stranger = _party(ctx, other, foreign)
    chief = bearer(open_session(ctx, Enrolled(town.chief, town.station_id, "", "")))

    def erase(case: UUID, party: UUID, **body: str) -> int:
        path = f"/v1/disputes/{case}/parties/{party}/erasure"
        headers = {**chief, "Idempotency-Key": f"{case}{party}{body}"}
        return client.post(path, json={"reason": "requested", **body}, headers=headers).status_code

    assert erase(running, parties[0]) == 409
    assert erase(foreign, stranger) == 404
    assert erase(over, parties[0]) == 404
    assert erase(over, parties[1], reason="no reason") == 422
    assert erase(over, parties[1]) == 204
    assert erase(over, parties[1], reason="ordered") == 204
    assert _row(ctx.session, DisputeParty, parties[1]).name == ERASED
    trail = "SELECT count(*) FROM audit_entries WHERE action = 'dispute.party_erased'"
    assert ctx.session.scalar(text(trail)) == 1


def test_where_a_visit_was_reported_from_goes_and_the_verdict_stays(ctx) -> None:
    town = make_town(ctx)
    visit = first_visit(ctx, open_plan(ctx, town, settled_at=ctx.now - timedelta(days=2)))
    mediator = as_person(ctx, town, town.mediator, Role.MEDIATOR)
    acting.report_contact(mediator, visit.id, visit_report(ctx.now, fix=fix_at()))
    assert erase_expired_positions(ctx, limit=10) == 0
    ctx.session.execute(text("UPDATE visit_contacts SET received_at = received_at - interval '400 days'"))
    assert erase_expired_positions(ctx, limit=10) == 1
    row = ctx.session.execute(text("SELECT lat, lon, accuracy_m, verdict FROM visit_contacts")).one()
    assert row[:3] == (None, None, None)
    assert row.verdict in ("plausible", "doubtful", "no_fix")


def test_who_asked_for_help_goes_when_the_incident_is_long_over(ctx) -> None:
    scene = make_scene(ctx)
    incident = report(scene)
    named = "SELECT requester_phone IS NOT NULL FROM incidents WHERE id = :id"
    given = {"id": incident}
    assert ctx.session.scalar(text(named), given)
    assert erase_expired_requesters(ctx, limit=10) == 0
    over = "UPDATE incidents SET state = 'closed', ended_at = now() - interval '800 days' WHERE id = :id"
    ctx.session.execute(text(over), given)
    assert erase_expired_requesters(ctx, limit=10) == 1
    assert not ctx.session.scalar(text(named), given)


def test_old_messages_go_and_young_ones_stay(ctx) -> None:
    town = make_town(ctx)
    for days in (300, 10):
        _message(ctx, town, days)
    assert drop_expired_messages(ctx, limit=10) == 1
    left = ctx.session.scalar(text("SELECT count(*) FROM outbox WHERE subject_kind = 'test'"))
    assert left == 1


def test_the_nightly_run_erases_in_batches_and_counts_in_the_trail(ctx, monkeypatch) -> None:
    town = make_town(ctx)
    for _ in range(3):
        _party(ctx, town, _case(ctx, town, ended=ctx.now - 6 * YEARS))
    monkeypatch.setattr("workers.jobs.retention.BATCH", 2)
    timer = Timer(id=ctx.new_id(), job="workers.jobs.retention.erase_expired", subject_id=UUID(int=0), step="night")
    erase_expired(ctx, timer)
    again = ctx.session.scalar(text("SELECT step FROM timers WHERE job = 'workers.jobs.retention.erase_expired'"))
    assert again == "night+"
    timer.step = again
    erase_expired(ctx, timer)
    counts = "SELECT details ->> 'count' FROM audit_entries WHERE action = 'data.erased' ORDER BY id"
    assert list(ctx.session.scalars(text(counts))) == ["2", "1"]
    names = ctx.session.scalars(select(DisputeParty.name))
    assert set(names) == {ERASED}


def _case(ctx: Ctx, town: Town, *, ended: Any, **given: Any) -> UUID:
    id_ = ctx.new_id()
    values = {
        "id": id_, "station_id": town.station_id, "ref": id_.hex[-8:], "source": "counter", "category": "0201",
        "category_version": 1, "scale": "01", "summary": "吵架", "people_count": 2, "colour": "yellow", "score": 0,
        "colour_reasons": [], "weights_version": 1, "strict": False, "state": "closed" if ended else "mediating",
        "step_since": ctx.now, "reported_at": ctx.now - 20 * YEARS, "ended_at": ended, **given,
    }  # fmt: skip
    ctx.session.execute(insert(Dispute).values(values))
    return id_


def _party(ctx: Ctx, town: Town, case: UUID) -> UUID:
    id_ = ctx.new_id()
    values = {
        "id": id_, "dispute_id": case, "station_id": town.station_id, "role": "applicant", "kind": "natural",
        "minor": False, "name": "王芳", "name_index": b"n", "phone": "+8613812345678", "phone_index": b"p",
        "document": "111", "document_number": "500102198001010011", "document_index": b"d", "added_at": ctx.now,
    }  # fmt: skip
    ctx.session.execute(insert(DisputeParty).values(values))
    return id_


def _message(ctx: Ctx, town: Town, days: int) -> None:
    made = ctx.now - timedelta(days=days)
    stamp = f"{int(made.timestamp() * 1000):012x}"
    ctx.session.execute(
        text(
            "INSERT INTO outbox (id, station_id, dedupe_key, urgency, channel, subject_kind, template, variables,"
            " state, next_at, expires_at, request_id, created_at)"
            " VALUES (CAST(:id AS uuid), :station, :key, 'normal', 'sms',"
            " 'test', 'offer', :sealed, 'delivered', :made, :made, '-', :made)"
        ),
        {
            "id": f"{stamp}7{'0' * 3}8{ctx.new_id().hex[-15:]}", "station": town.station_id, "key": stamp,
            "sealed": b"x", "made": made,
        },
    )  # fmt: skip


def _row(session: Session, model: Any, id_: UUID) -> Any:
    return session.execute(select(model).where(model.id == id_).execution_options(populate_existing=True)).scalar_one()


def test_nobody_but_the_chief_sees_the_rules(client, ctx) -> None:
    town = make_town(ctx)
    officer = bearer(open_session(ctx, enroll(ctx, station_id=town.station_id, roles=[Role.SUPERVISOR])))
    assert client.get("/v1/retention-rules", headers=officer).status_code == 403
