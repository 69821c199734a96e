"""A roster file, from its first row to what it would change: columns, rows, faults, plan; and the way out again."""

from api.grids.rules.roster.columns import COLUMNS, LABELS, read_header
from api.grids.rules.roster.faults import bound_faults, fault_text
from api.grids.rules.roster.lines import EXPORTED, WIDTHS, guide_lines, header_line, roster_line
from api.grids.rules.roster.plan import DEFAULT_STATUS, plan_changes
from api.grids.rules.roster.rows import read_rows
from api.grids.rules.roster.words import index_words, label_words

__all__ = [
    "COLUMNS",
    "DEFAULT_STATUS",
    "EXPORTED",
    "LABELS",
    "WIDTHS",
    "bound_faults",
    "fault_text",
    "guide_lines",
    "header_line",
    "index_words",
    "label_words",
    "plan_changes",
    "read_header",
    "read_rows",
    "roster_line",
]
