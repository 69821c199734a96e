"""Reading policies: the one in force, and a station's history."""

from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from api.incidents.models import DispatchPolicy
from api.incidents.rules.policies import grade_policy, preset_for, thaw_policy
from api.incidents.types import Colour, IncidentKind, Policy

# At most two rows: the newest version for the colour, and the newest for every colour.
_IN_FORCE = text("""
    SELECT DISTINCT ON (colour) colour, version, rules FROM dispatch_policies
    WHERE station_id = :station AND kind = :kind AND (colour = :colour OR colour IS NULL)
    ORDER BY colour, version DESC
""")


def policy_in_force(session: Session, station_id: UUID, kind: IncidentKind, colour: Colour | None) -> Policy:
    """The station's policy for kind and colour, or else for the kind, or else the built-in one; one statement."""
    rows = session.execute(_IN_FORCE, {"station": station_id, "kind": kind, "colour": colour})
    return _choose({row.colour: (row.version, row.rules) for row in rows}, kind, colour)


def policies_in_force(session: Session, station_id: UUID) -> list[Policy]:
    """Every kind's policy, and those of the colours that have one of their own, built-in ones included."""
    rows = session.execute(
        select(DispatchPolicy.kind, DispatchPolicy.colour, DispatchPolicy.version, DispatchPolicy.rules)
        .ext(distinct_on(DispatchPolicy.kind, DispatchPolicy.colour))
        .where(DispatchPolicy.station_id == station_id)
        .order_by(DispatchPolicy.kind, DispatchPolicy.colour, DispatchPolicy.version.desc())
    )
    own: dict[str, dict[str | None, tuple[int, Any]]] = {}
    for kind, colour, version, rules in rows:
        own.setdefault(kind, {})[colour] = (version, rules)
    found = []
    for each in IncidentKind:
        rows_of = own.get(each, {})
        colours = {Colour.RED, *(Colour(colour) for colour, (_, rules) in rows_of.items() if colour and rules)}
        found += [_choose(rows_of, each, colour) for colour in (None, *sorted(colours))]
    return found


def policy_rows(session: Session, station_id: UUID, kind: IncidentKind, colour: Colour | None) -> list[DispatchPolicy]:
    """Every version of the station's own for exactly this kind and colour, the newest first."""
    statement = select(DispatchPolicy).where(
        DispatchPolicy.station_id == station_id,
        DispatchPolicy.kind == kind,
        DispatchPolicy.colour.is_not_distinct_from(colour),
    )
    return list(session.scalars(statement.order_by(DispatchPolicy.version.desc())))


def policy_of(row: DispatchPolicy) -> Policy | None:
    """The policy a version holds."""
    return None if row.rules is None else _thawed(row.version, row.rules, row.kind, row.colour)


def _choose(own: dict[str | None, tuple[int, Any]], kind: IncidentKind, colour: Colour | None) -> Policy:
    for name in (colour, None) if colour else (None,):
        version, rules = own.get(name, (0, None))
        if rules is not None:
            return grade_policy(_thawed(version, rules, kind, name), colour if name is None else None)
    return preset_for(kind, colour)


def _thawed(version: int, rules: dict[str, Any], kind: str, colour: str | None) -> Policy:
    return thaw_policy({**rules, "version": version, "kind": kind, "colour": colour})
