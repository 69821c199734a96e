"""What followups knows, read-only."""

from api.followups.queries.feeds import feeds_of, person_of_feed
from api.followups.queries.holders import holder_ids, people_behind, team_station, teams_of
from api.followups.queries.ladders import ladders_of
from api.followups.queries.plans import changes_of, is_complete, plan_in, plan_of, plan_value
from api.followups.queries.templates import (
    scale_for,
    scale_versions,
    scales_for,
    template_by_id,
    template_versions,
    templates_for,
)
from api.followups.queries.visits import (
    contact_value,
    contacts_of_visit,
    held_visit_ids,
    held_visits,
    open_counts,
    open_visit_ids,
    overdue,
    visit_in,
    visits_due,
    visits_led,
    visits_of,
)

__all__ = [
    "changes_of",
    "contact_value",
    "contacts_of_visit",
    "feeds_of",
    "held_visit_ids",
    "held_visits",
    "holder_ids",
    "is_complete",
    "ladders_of",
    "open_counts",
    "open_visit_ids",
    "overdue",
    "people_behind",
    "person_of_feed",
    "plan_in",
    "plan_of",
    "plan_value",
    "scale_for",
    "scale_versions",
    "scales_for",
    "team_station",
    "teams_of",
    "template_by_id",
    "template_versions",
    "templates_for",
    "visit_in",
    "visits_due",
    "visits_led",
    "visits_of",
]
