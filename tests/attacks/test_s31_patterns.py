"""S31: patterns that take for ever: each one of ours is looked at for its shape, and timed in the long form."""

import importlib
import inspect
import pkgutil
import re
import time
from collections.abc import Iterator
from itertools import product
from re import _constants as ops  # the parser's own words; stable since 3.11
from re import _parser as parser
from typing import Any

import pytest
from marshmallow.validate import Regexp

import api
import workers.jobs
from api.identity.errors import PhoneUnusable
from api.identity.rules import parse_phone
from tests.attacks.arena import Arena, Route
from tests.attacks.ledger import LONG, count
from tests.attacks.spec import Spec
from tests.attacks.world import World, make_world

LONGEST = 100_000
MOST_S = 0.05
REPEATS = {ops.MAX_REPEAT, ops.MIN_REPEAT}
WITHOUT_END = ops.MAXREPEAT
# One sign of every kind a pattern may repeat, and one that fits none of them at the end.
SIGNS = (
    "a",
    "A",
    "0",
    "-",
    " ",
    ".",
    "_",
    ":",
    "/",
    "\t",
    "，",
    "王",
    "+",
    "=",
    "{",
    "[",
    "<",
    "%",
    "a0",
    "0-",
    "a.",
    "a ",
)


def of_ours() -> dict[str, re.Pattern[Any]]:
    """Every compiled pattern of our modules, and those within validators, by where it stands."""
    found: dict[str, re.Pattern[Any]] = {}
    for package in (api, workers.jobs):
        for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            for name, value in vars(importlib.import_module(info.name)).items():
                pattern = value if isinstance(value, re.Pattern) else value.regex if isinstance(value, Regexp) else None
                if isinstance(pattern, re.Pattern):
                    found[f"{info.name}.{name}"] = pattern
    return found


def ways_of(where: str) -> set[str]:
    """How a pattern is used in its module: looking for it anywhere costs more than fitting it at the beginning."""
    module, _, name = where.rpartition(".")
    source = inspect.getsource(importlib.import_module(module))
    asked = set(re.findall(rf"\b{re.escape(name)}\.(fullmatch|match|search|finditer|findall|split)\(", source))
    return {"search" if way in {"finditer", "findall", "split"} else way for way in asked} or {"match"}


def published(document: Any) -> Iterator[str]:
    """Every pattern in the published description."""
    if isinstance(document, dict):
        if isinstance(document.get("pattern"), str):
            yield document["pattern"]
        for value in document.values():
            yield from published(value)
    elif isinstance(document, list):
        for value in document:
            yield from published(value)


def signs_of(tree: Any) -> set[int] | None:
    """The characters one step of a repeated part may take; None for what is more than one character's choice."""
    if len(tree) != 1:
        return None
    op, value = tree[0]
    if op is ops.LITERAL:
        return {value}
    if op is ops.ANY:
        return set(range(0x300))
    if op is ops.IN and value[0][0] is not ops.NEGATE:
        taken: set[int] = set()
        for kind, what in value:
            if kind is ops.LITERAL:
                taken.add(what)
            elif kind is ops.RANGE:
                taken |= set(range(what[0], min(what[1], 0x300) + 1))
            else:
                taken |= {
                    n
                    for n in range(0x300)
                    if re.fullmatch({"CATEGORY_DIGIT": r"\d", "CATEGORY_SPACE": r"\s"}.get(str(what), r"\w"), chr(n))
                }
        return taken
    return set(range(0x300))


def faults(tree: Any, inside: bool = False) -> Iterator[str]:
    """A repetition without end inside another one, or two of overlapping signs side by side."""
    before: set[int] | None = set()
    for op, value in tree:
        if op in REPEATS:
            _, most, inner = value
            endless = most is WITHOUT_END
            if endless and inside:
                yield "a repetition inside a repetition"
            signs = signs_of(inner) if endless else set()
            if endless and (signs is None or before is None or signs & before) and before != set():
                yield "two repetitions that can share what they take"
            yield from faults(inner, inside or endless)
            before = signs if endless else before if value[0] == 0 else set()
            continue
        if op is ops.SUBPATTERN:
            yield from faults(value[3], inside)
        elif op is ops.BRANCH:
            for branch in value[1]:
                yield from faults(branch, inside)
        before = set()


def test_no_pattern_can_be_made_to_try_again_and_again(spec: Spec) -> None:
    known = {pattern.pattern for pattern in of_ours().values() if isinstance(pattern.pattern, str)}
    known |= {pattern.pattern.decode("latin-1") for pattern in of_ours().values() if isinstance(pattern.pattern, bytes)}
    known |= set(published(spec.document))
    wrong = {pattern: found for pattern in sorted(known) if (found := list(faults(parser.parse(pattern))))}
    count("S31", "patterns looked at for their shape", len(known), len(known) - len(wrong))
    assert wrong == {}
    assert len(known) > 40


@pytest.mark.parametrize("pattern", ["(a+)+b", "(a|a)*b*b*c", r"\s*\s*x", "([a-z]+)*!", "a*[ab]*c"])
def test_the_look_at_a_shape_finds_what_it_should(pattern: str) -> None:
    assert list(faults(parser.parse(pattern)))


@pytest.mark.skipif(not LONG, reason="times are looked at in the long form")
def test_every_pattern_is_quick_at_a_hundred_thousand_signs() -> None:
    slow, cells, worst = [], 0, 0.0
    for where, pattern in of_ours().items():
        for sign, way in product(SIGNS, ways_of(where)):
            text = sign * (LONGEST // len(sign)) + "\0"
            given = text.encode() if isinstance(pattern.pattern, bytes) else text
            started = time.perf_counter()
            getattr(pattern, way)(given)
            seconds, cells = time.perf_counter() - started, cells + 1
            worst = max(worst, seconds)
            if seconds > MOST_S:
                slow.append(f"{where} {sign!r} {way}: {seconds * 1000:.0f} ms")
    count("S31", f"patterns timed at {LONGEST} signs", cells, cells - len(slow), slowest=f"{worst * 1000:.1f} ms")
    assert slow == []


def test_a_text_of_a_hundred_thousand_signs_is_refused_everywhere(
    arena: Arena, routes: list[Route], spec: Spec
) -> None:
    """Every text of every body and filter at once, as long as that: refused, and by nobody with a 500."""
    world: World = make_world(arena)
    wrong, fields = [], 0
    for route in routes:
        operation = (
            spec.operation(route) if route.path.startswith("/v1/") and route.template in spec.document["paths"] else {}
        )
        body = spec.body(operation) or {}
        texts = [
            name for name, schema in body.get("properties", {}).items() if spec.resolve(schema).get("type") == "string"
        ]
        asked = [one["name"] for one in operation.get("parameters", []) if one.get("in") == "query"]
        fields += len(texts) + len(asked)
        if texts:
            long = {**world.bodies.get(str(route), {}), **dict.fromkeys(texts, "1a" * (LONGEST // 2))}
            status = arena.send(route, world.chief, url=route.url(**world.ids), json=long).status_code
        elif asked:
            query = dict.fromkeys(asked, "1a" * 4_000)
            status = arena.send(route, world.chief, url=route.url(**world.ids), query_string=query).status_code
        else:
            continue
        if status < 400 or status >= 500:
            wrong.append(f"{route}: {status}")
    count("S31", "texts of 100,000 signs in bodies, 8,000 in filters", fields, fields - len(wrong))
    assert wrong == []


@pytest.mark.parametrize(
    "raw", ["1" * LONGEST, "+" * LONGEST, " " * LONGEST + "1", "ext." * 25_000, "1381234" + "５" * LONGEST]
)
def test_a_telephone_number_is_measured_before_it_is_read(raw: str) -> None:
    with pytest.raises(PhoneUnusable):
        parse_phone(raw)
