"""What good rows would change, given what the station knows: create, update, nothing, or a fault after all."""

from collections.abc import Iterable, Mapping

from api.grids.types import Column, Enrolled, Keep, MemberStatus, RosterChange, RosterPlan, RosterRow, RowFault

# Who is on the roster is on the roster: a new member is active unless the file says otherwise.
DEFAULT_STATUS = MemberStatus.ACTIVE
_NEW = frozenset({MemberStatus.PENDING, MemberStatus.ACTIVE})


def plan_changes(rows: Iterable[RosterRow], known: Mapping[str, Enrolled]) -> RosterPlan:
    """Sort the rows by what they would do; `known` is by phone and holds every row's person."""
    plan = RosterPlan([], [], 0, [])
    unchanged = 0
    for row in rows:
        before = known[row.phone]
        if fault := find_fault(row, before):
            plan.faults.append(fault)
        elif before.member_id is None:
            plan.created.append(RosterChange(row, before))
        elif differs(row, before):
            plan.updated.append(RosterChange(row, before))
        else:
            unchanged += 1
    return plan._replace(unchanged=unchanged)


def find_fault(row: RosterRow, before: Enrolled) -> RowFault | None:
    """Why the row contradicts what is known, if it does: a roster renames nobody and changes nobody's standing."""
    if row.name != before.name:
        return RowFault(row.row, Column.NAME, "name_differs")
    if before.member_id is None:
        fits = row.status is None or row.status in _NEW
    elif before.status == MemberStatus.LEFT and row.status is not MemberStatus.LEFT:
        return RowFault(row.row, Column.PHONE, "member_left")
    else:
        fits = row.status is None or row.status == before.status
    return None if fits else RowFault(row.row, Column.STATUS, "status_not_by_roster")


def differs(row: RosterRow, before: Enrolled) -> bool:
    """Whether applying the row would change the enrolment. Roles and language count only for new people."""
    return (
        row.force != before.force
        or (not isinstance(row.grid_id, Keep) and row.grid_id != before.grid_id)
        or (row.joined_on is not None and row.joined_on != before.joined_on)
        or (row.skills is not None and {held.skill: held.expires_on for held in row.skills} != dict(before.skills))
    )
