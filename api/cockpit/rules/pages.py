"""The table of pages. A page is a row here, a template, a module and its words (docs/operations.md, "The cockpit")."""

from dataclasses import dataclass
from enum import StrEnum

from api.identity.types import Permission


class Group(StrEnum):
    """The parts of the menu, in their order."""

    WORK = "work"
    PEOPLE = "people"
    NUMBERS = "numbers"
    ADMIN = "admin"


@dataclass(frozen=True)
class Page:
    """One page: `/cockpit/<name>`. The permission only decides what the menu shows; the API guards what is in it."""

    name: str
    group: Group
    permission: Permission
    shortcut: str = ""
    """Keys that lead there, one after the other: "g b"."""
    in_menu: bool = True
    only_demo: bool = False


PAGES: tuple[Page, ...] = (
    Page("board", Group.WORK, Permission.INCIDENT_READ, "g b"),
    Page("duty", Group.PEOPLE, Permission.DUTY_READ, "g d"),
    Page("roster", Group.PEOPLE, Permission.MEMBER_READ, "g r"),
    Page("visits", Group.WORK, Permission.VISIT_READ, "g v"),
    Page("disputes", Group.WORK, Permission.DISPUTE_READ, "g c"),
    Page("dispute", Group.WORK, Permission.DISPUTE_READ, in_menu=False),
    Page("notices", Group.WORK, Permission.NOTICE_READ, "g n"),
    Page("notice", Group.WORK, Permission.NOTICE_READ, in_menu=False),
    Page("reports", Group.NUMBERS, Permission.REPORT_READ, "g s"),
    Page("people", Group.ADMIN, Permission.PEOPLE_READ, "g p"),
    Page("grids", Group.ADMIN, Permission.COVERAGE_READ, "g z"),
    Page("policies", Group.ADMIN, Permission.POLICY_READ, "g y"),
    Page("templates", Group.ADMIN, Permission.TEMPLATE_MANAGE, "g t"),
    Page("audit", Group.ADMIN, Permission.AUDIT_READ, "g a"),
    Page("phones", Group.ADMIN, Permission.MESSAGE_READ, "g w", only_demo=True),
    Page("account", Group.ADMIN, Permission.SELF, in_menu=False),
)
BY_NAME = {page.name: page for page in PAGES}
