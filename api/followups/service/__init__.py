"""What others ask of followups."""

from api.followups.service.clocks import Run, run_clocks
from api.followups.service.contacts import report_contact
from api.followups.service.feeds import open_feed, revoke_feed, visits_in_feed
from api.followups.service.place_codes import print_place_code
from api.followups.service.plans import close_plan, open_plan, open_plans
from api.followups.service.reading import PlanFile, VisitFile, find_plan, read_plan, read_visit
from api.followups.service.redating import redate_visits
from api.followups.service.replans import Restart, regrade_plan, restart_plan
from api.followups.service.scales import write_scale
from api.followups.service.teams import set_team
from api.followups.service.templates import write_template
from api.followups.service.visits import confirm_contact, reassign_plan, reassign_visit, waive_visit

__all__ = [
    "PlanFile",
    "Restart",
    "Run",
    "VisitFile",
    "close_plan",
    "confirm_contact",
    "find_plan",
    "open_feed",
    "open_plan",
    "open_plans",
    "print_place_code",
    "read_plan",
    "read_visit",
    "reassign_plan",
    "reassign_visit",
    "redate_visits",
    "regrade_plan",
    "report_contact",
    "restart_plan",
    "revoke_feed",
    "run_clocks",
    "set_team",
    "visits_in_feed",
    "waive_visit",
    "write_scale",
    "write_template",
]
