"""What the words of grids are called."""

from api.grids.types import MemberEvent, MemberStatus, UnitKind, UnitSource
from api.grids.types.ground import GroundKind
from api.kernel.labels import vocabulary

LABELS = (
    vocabulary(
        "unit_kind",
        UnitKind,
        {
            "district": ("区县", "District"),
            "station": ("派出所", "Police station"),
            "community": ("社区", "Community"),
            "village": ("村", "Village"),
            "grid": ("网格", "Grid"),
        },
    ),
    vocabulary(
        "ground_kind",
        GroundKind,
        {
            "district": ("区县", "District"),
            "station": ("派出所", "Police station"),
            "community": ("社区", "Community"),
            "village": ("村", "Village"),
            "grid": ("网格", "Grid"),
            "gap": ("未划入网格", "Without a grid"),
            "overlap": ("网格重叠", "In two grids"),
        },
    ),
    vocabulary(
        "unit_source",
        UnitSource,
        {
            "official": ("官方", "Official"),
            "synthetic": ("合成", "Synthetic"),
            "drawn": ("手绘", "Drawn"),
            "imported": ("导入", "Imported"),
        },
    ),
    vocabulary(
        "member_status",
        MemberStatus,
        {
            "pending": ("待批准", "Waiting for approval"),
            "active": ("在册", "Active"),
            "suspended": ("暂停", "Suspended"),
            "left": ("已退出", "Left"),
        },
    ),
    vocabulary(
        "member_event",
        MemberEvent,
        {
            "activate": ("批准", "Approve"),
            "suspend": ("暂停", "Suspend"),
            "resume": ("恢复", "Resume"),
            "leave": ("退出", "Leave"),
            "rejoin": ("重新加入", "Rejoin"),
        },
    ),
)
