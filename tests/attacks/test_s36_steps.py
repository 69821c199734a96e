"""S36: steps taken out of turn, twice or alone: every machine, and the loops over HTTP with all the roles there are."""

import importlib
import pkgutil
from itertools import product

import pytest

import api
from api.kernel.errors import IllegalTransition
from api.kernel.states import Machine
from tests.attacks.arena import Arena, Route
from tests.attacks.ledger import count
from tests.attacks.world import World, make_world

# What somebody with every role is refused while the world's incident waits for answers, its dispute is settled with a
# promise open and its visits are to come. Each would leave something out.
OUT_OF_TURN = {
    "POST /v1/incidents/<uuid:incident_id>/reviews": {"decision": "approved"},
    "POST /v1/incidents/<uuid:incident_id>/call-backs": {"outcome": "reached"},
    "POST /v1/incidents/<uuid:incident_id>/reopen": {"note": "没有解决"},
    "POST /v1/offers/<uuid:offer_id>/arrive": {},
    "POST /v1/offers/<uuid:offer_id>/finish": {},
    "POST /v1/offers/<uuid:offer_id>/feedback": {"outcome": "resolved"},
    "POST /v1/disputes/<uuid:dispute_id>/sign-off": {"note": "完成"},
    "POST /v1/disputes/<uuid:dispute_id>/acceptance": {},
    "POST /v1/disputes/<uuid:dispute_id>/resumption": {},
    "POST /v1/station/notices/<uuid:notice_id>/submit": {},
    "POST /v1/station/notices/<uuid:notice_id>/decision": {"decision": "approve"},
}


@pytest.fixture(scope="module")
def world(arena: Arena) -> World:
    return make_world(arena)


def machines() -> list[Machine]:
    """Every published machine."""
    found = {}
    for info in pkgutil.walk_packages(api.__path__, "api."):
        if ".rules" in info.name:
            for value in vars(importlib.import_module(info.name)).values():
                if isinstance(value, Machine):
                    found[value.name] = value
    return list(found.values())


def test_no_machine_takes_a_step_that_is_not_in_its_table() -> None:
    taken, cells = [], 0
    for machine in machines():
        states, events = type(machine.initial), {type(event) for _, event in machine.table}
        for state, event in product(states, [event for kind in events for event in kind]):
            cells += 1
            try:
                after = machine.next(state, event)
            except IllegalTransition:
                continue
            if machine.table.get((state, event)) is not after:
                taken.append((machine.name, state, event))
    count("S36", f"states and events of {len(machines())} machines", cells, cells - len(taken))
    assert taken == []
    assert len(machines()) > 15


def test_nothing_stands_where_no_step_leads_on_and_it_has_not_ended() -> None:
    """A state that is no end has a way out: nothing that was opened can be left there for good."""
    wrong, cells = [], 0
    for machine in machines():
        for state in type(machine.initial):
            cells += 1
            if state not in machine.final and not any(source is state for source, _ in machine.table):
                wrong.append((machine.name, state))
    count("S36", "states that are no end and have no way out", cells, cells - len(wrong))
    assert wrong == []


def test_no_step_of_a_loop_can_be_left_out_by_anybody(arena: Arena, routes: list[Route], world: World) -> None:
    known = {str(route): route for route in routes}
    tried = {name: known[name] for name in OUT_OF_TURN if name in known}
    before, wrong = arena.digest(), []
    for name, route in tried.items():
        for who, headers in world.insiders.items():
            answer = arena.send_for_good(route, headers, url=route.url(**world.ids), json=OUT_OF_TURN[name])
            if answer.status_code not in {403, 404, 409, 412, 422}:
                wrong.append(f"{route} by {who}: {answer.status_code}")
    changed = {table for table, rows in arena.digest().items() if rows != before[table]}
    cells = len(tried) * len(world.insiders)
    count("S36", f"{len(tried)} steps out of turn", cells, cells - len(wrong), changed_tables=len(changed))
    assert wrong == []
    assert changed == set()
    assert len(tried) >= 10
