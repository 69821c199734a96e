"""Any night on the real database: whatever people answer, whenever, nobody is asked twice, no place is filled twice,
nobody who says no or nothing goes unreplaced, and nothing is left without a clock."""

from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from api.incidents import service
from api.incidents.types import DispatchOrder, IncidentKind, NeedOrder, Refusal, Rung
from tests.builders.incidents import Scene, add_volunteer, make_scene, report

ACTS = ("accept", "decline", "silence", "drop_out", "look_again", "newcomer", "next_rung")
KINDS = (IncidentKind.URGENT_HELP, IncidentKind.FIGHT, IncidentKind.DISPUTE, IncidentKind.OTHER)
_EVERYBODY = text(
    "SELECT id, member_id, person_id, need_id, state, wave FROM offers WHERE dispatch_id = :id ORDER BY id"
)
_CLOCKS = text("SELECT count(*) FROM timers WHERE subject_id = :id AND state = 'waiting'")
_NEEDS = text("SELECT id, got, wanted, state FROM needs WHERE dispatch_id = :id")
_QUEUED = text("""
    SELECT count(*) FROM outbox WHERE state = 'queued' AND template IN ('offer', 'offer_reminder')
    AND subject_id IN (SELECT id FROM offers WHERE dispatch_id = :id AND state IN ('withdrawn', 'stood_down'))
""")
GOING = ("accepted", "on_the_way", "arrived")


class Night:
    """One dispatch, and what may happen to it."""

    def __init__(self, ctx, kind: IncidentKind, wanted: tuple[int, ...], people: int) -> None:
        self.scene: Scene = make_scene(ctx, people)
        self.session = ctx.session
        order = DispatchOrder(report(self.scene, kind=kind), tuple(map(NeedOrder, wanted)))
        self.id: UUID = service.dispatch_incident(self.scene.dispatcher, order)

    def offers(self, *states: str) -> list:
        rows = self.session.execute(_EVERYBODY, {"id": self.id}).all()
        return [row for row in rows if not states or row.state in states]

    def needs(self) -> dict[UUID, tuple[int, int, str]]:
        rows = self.session.execute(_NEEDS, {"id": self.id})
        return {row.id: (row.got, row.wanted, row.state) for row in rows}

    def unasked(self) -> int:
        return len(self.scene.people) - len(self.offers())

    def act(self, what: str, which: int) -> None:
        waiting, going = self.offers("offered", "silent"), self.offers(*GOING)
        if what == "accept" and waiting:
            offer = waiting[which % len(waiting)]
            service.accept_offer(self.scene.of(offer.person_id).ctx, offer.id)
        elif what == "decline" and waiting:
            self.decline(waiting[which % len(waiting)])
        elif what == "silence" and self.offers("offered"):
            self.silence(self.offers("offered")[which % len(self.offers("offered"))].wave)
        elif what == "drop_out" and going:
            offer = going[which % len(going)]
            service.drop_out(self.scene.of(offer.person_id).ctx, Refusal(offer.id))
        elif what == "look_again":
            service.ask_more(self.scene.ctx, self.id, fence=1)
        elif what == "newcomer":
            add_volunteer(self.scene, metres=50.0 + which)
        elif what == "next_rung":
            service.tell_rung(self.scene.ctx, self.id, rung=list(Rung)[which % 3], fence=1)

    def decline(self, offer) -> None:
        replaces = offer.state == "offered" and self.needs()[offer.need_id][2] == "open"
        before, open_before, left = len(self.offers()), self.open_offers(offer.need_id), self.unasked()
        service.decline_offer(self.scene.of(offer.person_id).ctx, Refusal(offer.id))
        if replaces and left:
            assert len(self.offers()) > before, "a refusal was not replaced while somebody was left"
            assert self.open_offers(offer.need_id) >= open_before

    def silence(self, wave: int) -> None:
        silent = [offer for offer in self.offers("offered") if offer.wave == wave]
        before, left = len(self.offers()), self.unasked()
        service.hear_silence(self.scene.ctx, self.id, wave=wave, fence=1)
        fresh = len(self.offers()) - before
        open_needs = {need for need, (_, _, state) in self.needs().items() if state == "open"}
        assert fresh >= min(left, sum(offer.need_id in open_needs for offer in silent))

    def open_offers(self, need_id: UUID) -> int:
        return sum(offer.need_id == need_id for offer in self.offers("offered"))

    def check(self) -> None:
        everybody = self.offers()
        assert len({offer.member_id for offer in everybody}) == len(everybody), "somebody has two offers"
        going = [offer.need_id for offer in self.offers(*GOING, "done")]
        for need_id, (got, wanted, _) in self.needs().items():
            assert got == going.count(need_id) <= wanted
        open_places = any(state == "open" for _, _, state in self.needs().values())
        if open_places:
            assert self.session.scalar(_CLOCKS, {"id": self.id}) > 0, "an open place without a clock"

    def end(self) -> None:
        service.end_dispatch(self.scene.dispatcher, self.id)
        assert self.session.scalar(_CLOCKS, {"id": self.id}) == 0
        assert self.session.scalar(_QUEUED, {"id": self.id}) == 0
        before = len(self.offers())
        for wave in range(1, 9):
            service.hear_silence(self.scene.ctx, self.id, wave=wave, fence=1)
        service.ask_more(self.scene.ctx, self.id, fence=1)
        for rung in Rung:
            assert service.tell_rung(self.scene.ctx, self.id, rung=rung, fence=1) == 0
        assert len(self.offers()) == before
        assert self.offers("offered", "silent") == []


@settings(
    deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)  # fmt: skip
@given(
    st.sampled_from(KINDS),
    st.lists(st.integers(1, 3), min_size=1, max_size=2).map(tuple),
    st.integers(0, 9),
    st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 40)), max_size=25),
)
def test_any_night(ctx, kind, wanted, people, acts) -> None:
    night = Night(ctx, kind, wanted, people)
    night.check()
    for what, which in acts:
        night.act(what, which)
        night.check()
    night.end()


@settings(
    deadline=None, max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)  # fmt: skip
@given(st.integers(0, 6), st.integers(1, 3))
def test_when_everybody_says_no_it_always_ends_with_every_rung_told_once(ctx, people: int, wanted: int) -> None:
    night = Night(ctx, IncidentKind.URGENT_HELP, (wanted,), people)
    for _ in range(people + 1):
        for offer in night.offers("offered"):
            night.decline(offer)
    assert night.unasked() == 0
    assert service.show_dispatch(night.scene.dispatcher, night.id).state == "exhausted"
    clocks = text("SELECT args ->> 'rung' FROM timers WHERE subject_id = :id AND job LIKE '%next_rung'")
    assert set(night.session.scalars(clocks, {"id": night.id})) == set(Rung)
    told = text("SELECT rungs_told FROM dispatches WHERE id = :id")
    for rung in (*Rung, *Rung):
        service.tell_rung(night.scene.ctx, night.id, rung=rung, fence=1)
    assert sorted(night.session.scalar(told, {"id": night.id})) == sorted(Rung)
