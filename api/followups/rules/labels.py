"""What the words of followups are called. Colours are data of a scale, and carry no label of ours."""

from api.followups.types import (
    Change,
    DayRule,
    Fallback,
    Mark,
    Mode,
    Outcome,
    OwnerKind,
    PlanState,
    Reason,
    Scope,
    StepUnit,
    Verdict,
    VisitState,
    WaiveReason,
)
from api.kernel.labels import vocabulary

_VISITS = (
    vocabulary(
        "visit_state",
        VisitState,
        {
            "planned": ("已计划", "Planned"),
            "due": ("待回访", "Due"),
            "overdue": ("已逾期", "Overdue"),
            "done": ("已完成", "Done"),
            "missed": ("未完成", "Missed"),
            "waived": ("免回访", "Not needed"),
        },
    ),
    vocabulary("visit_plan_state", PlanState, {"running": ("进行中", "Running"), "closed": ("已结束", "Closed")}),
    vocabulary(
        "visit_mode",
        Mode,
        {
            "telephone": ("电话", "Telephone"),
            "visit": ("上门", "Visit"),
            "joint_visit": ("与村社干部联合上门", "Joint visit"),
        },
    ),
    vocabulary("visit_step_unit", StepUnit, {"day": ("天", "Day"), "hour": ("小时", "Hour")}),
    vocabulary(
        "visit_day_rule",
        DayRule,
        {
            "calendar": ("自然日", "Calendar days"),
            "next_working": ("遇休息日顺延", "Next working day"),
            "working": ("工作日", "Working days"),
        },
    ),
    vocabulary(
        "visit_owner_kind",
        OwnerKind,
        {"person": ("个人", "Person"), "grid": ("网格", "Grid"), "team": ("班组", "Team")},
    ),
    vocabulary("visit_scope", Scope, {"mine": ("我的", "Mine"), "led": ("我负责的", "Led by me")}),
    vocabulary(
        "visit_waive_reason",
        WaiveReason,
        {
            "not_needed": ("无需回访", "Not needed"),
            "moved_away": ("已搬离", "Moved away"),
            "done_elsewhere": ("已由他处完成", "Done elsewhere"),
            "deceased": ("已去世", "Deceased"),
            "other": ("其他", "Other"),
            "regraded": ("等级调整", "Another colour"),
            "restarted": ("重新开始", "Began again"),
            "plan_closed": ("计划结束", "Plan closed"),
        },
    ),
    vocabulary(
        "visit_plan_change",
        Change,
        {
            "opened": ("开始", "Opened"),
            "regraded": ("等级调整", "Another colour"),
            "restarted": ("重新开始", "Began again"),
            "reassigned": ("重新指派", "Reassigned"),
            "redated": ("日期调整", "Dates moved"),
            "closed": ("结束", "Closed"),
        },
    ),
)

_CONTACTS = (
    vocabulary(
        "visit_outcome",
        Outcome,
        {
            "calm": ("平稳", "Calm"),
            "strained": ("有苗头", "Strained"),
            "relapsed": ("反复", "Relapsed"),
            "unreachable": ("未联系上", "Unreachable"),
            "moved_away": ("已搬离", "Moved away"),
        },
    ),
    vocabulary(
        "visit_verdict",
        Verdict,
        {
            "plausible": ("可信", "Plausible"),
            "doubtful": ("存疑", "Doubtful"),
            "no_fix": ("无位置", "No position"),
        },
    ),
    vocabulary(
        "visit_reason",
        Reason,
        {
            "by_telephone": ("电话回访", "By telephone"),
            "no_position": ("没有位置", "No position"),
            "coarse_fix": ("位置过粗", "Position too coarse"),
            "place_unknown": ("地点未登记", "Place not known"),
            "far_away": ("距离过远", "Far away"),
            "clock_off": ("手机时间不准", "Clock is off"),
            "clock_unproven": ("手机时间未证实", "Clock not proven"),
            "captured_ahead": ("记录时间在未来", "Recorded in the future"),
            "too_fast": ("移动过快", "Too fast from the last one"),
            "other_phone": ("由他人手机上报", "Sent from another phone"),
            "not_assigned": ("非指派人员", "Not assigned"),
            "other_mode": ("方式低于计划", "Less than planned"),
            "photo_at_place": ("照片在现场拍摄", "A photo was taken there"),
            "photo_elsewhere": ("照片拍摄于别处", "A photo was taken elsewhere"),
            "photo_other_time": ("照片拍摄时间不符", "A photo was taken at another time"),
        },
    ),
    vocabulary(
        "visit_mark",
        Mark,
        {
            "before_settlement": ("化解之前", "Before the settlement"),
            "early": ("提前", "Early"),
            "made_late": ("逾期完成", "Made late"),
            "reported_late": ("迟报", "Reported late"),
            "after_closing": ("结束之后", "After closing"),
            "repeat": ("再次上报", "Reported before"),
            "superseded": ("已被后续取代", "Overtaken"),
            "try": ("尝试", "A try"),
        },
    ),
    vocabulary(
        "visit_fallback",
        Fallback,
        {"qr": ("现场二维码", "Code at the place"), "supervisor": ("领导作证", "A supervisor's word")},
    ),
)

LABELS = (*_VISITS, *_CONTACTS)
