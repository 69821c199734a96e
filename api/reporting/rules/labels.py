"""What the words of reporting are called."""

from api.kernel.labels import vocabulary
from api.reporting.types.disputes import Grouping
from api.reporting.types.incidents import IncidentGrouping
from api.reporting.types.reach import Standing

LABELS = (
    vocabulary(
        "dispute_grouping",
        Grouping,
        {
            "category": ("按类别", "By category"),
            "colour": ("按风险等级", "By colour"),
            "grid": ("按网格", "By grid"),
            "month": ("按月", "By month"),
        },
    ),
    vocabulary(
        "incident_grouping",
        IncidentGrouping,
        {
            "kind": ("按类型", "By kind"),
            "colour": ("按等级", "By colour"),
            "grid": ("按网格", "By grid"),
            "month": ("按月", "By month"),
        },
    ),
    vocabulary(
        "reach_standing",
        Standing,
        {
            "proved": ("已证实可达", "Proved reachable"),
            "lost": ("已失联", "Lost"),
            "never": ("从未可达", "Never reached"),
            "untested": ("未测试", "Not tested"),
        },
    ),
)
