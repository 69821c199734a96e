"""What can be done with disputes; one module per step of their life."""

from api.disputes.service.editing import edit_case
from api.disputes.service.exporting import export_cases
from api.disputes.service.filing import file_case
from api.disputes.service.importing import case_template, import_cases
from api.disputes.service.knowing import let_in, set_team_insiders
from api.disputes.service.merging import merge_case, split_case
from api.disputes.service.parties import add_party, edit_party, remove_party, search_parties
from api.disputes.service.reading import (
    list_page,
    row_of,
    show_case,
    show_parties,
    show_scores,
    show_timeline,
)
from api.disputes.service.receiving import receive_incident
from api.disputes.service.scoring import history_of, rescore, set_colour, take_colour
from api.disputes.service.standards import name_insider, unname_insider, write_standard
from api.disputes.service.steps import report_overdue

__all__ = [
    "add_party",
    "case_template",
    "edit_case",
    "edit_party",
    "export_cases",
    "file_case",
    "history_of",
    "import_cases",
    "let_in",
    "list_page",
    "merge_case",
    "name_insider",
    "receive_incident",
    "remove_party",
    "report_overdue",
    "rescore",
    "row_of",
    "search_parties",
    "set_colour",
    "set_team_insiders",
    "show_case",
    "show_parties",
    "show_scores",
    "show_timeline",
    "split_case",
    "take_colour",
    "unname_insider",
    "write_standard",
]
