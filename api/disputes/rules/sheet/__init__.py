"""A file of old cases, from its header to what can be filed; and the empty one to fill in."""

from api.disputes.rules.sheet.columns import LABELS, read_header
from api.disputes.rules.sheet.faults import bound_faults, fault_text
from api.disputes.rules.sheet.guide import guide_lines, header_line
from api.disputes.rules.sheet.rows import STATES, read_rows

__all__ = ["LABELS", "STATES", "bound_faults", "fault_text", "guide_lines", "header_line", "read_header", "read_rows"]
