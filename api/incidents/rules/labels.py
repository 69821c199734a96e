"""What the words of incidents are called."""

from api.incidents.types import (
    CallBackOutcome,
    CancelReason,
    Category,
    Colour,
    Decision,
    DeclineReason,
    DispatchClock,
    DispatchState,
    EventKind,
    FeedbackState,
    How,
    IncidentKind,
    IncidentState,
    LinkKind,
    NeedState,
    OfferState,
    Outcome,
    Source,
    StandDown,
    Verdict,
)
from api.incidents.types.on_scene import Lead, ReinforcementReason, ReinforcementState, WelfareState
from api.incidents.types.policies import Rung, TravelMode
from api.kernel.labels import vocabulary

_STATES = (
    vocabulary(
        "incident_state",
        IncidentState,
        {
            "reported": ("已接报", "Reported"),
            "dispatching": ("调派中", "Dispatching"),
            "underway": ("处置中", "Under way"),
            "in_review": ("待审核", "In review"),
            "calling_back": ("待回告", "Calling back"),
            "closed": ("已办结", "Closed"),
            "cancelled": ("已取消", "Cancelled"),
        },
    ),
    vocabulary(
        "dispatch_state",
        DispatchState,
        {
            "asking": ("征集中", "Asking"),
            "filled": ("人已到齐", "Filled"),
            "exhausted": ("无人可派", "Nobody left to ask"),
            "ended": ("已结束", "Ended"),
        },
    ),
    vocabulary(
        "need_state",
        NeedState,
        {"open": ("缺人", "Open"), "filled": ("已满", "Filled"), "ended": ("已结束", "Ended")},
    ),
    vocabulary(
        "offer_state",
        OfferState,
        {
            "offered": ("待答复", "Waiting for an answer"),
            "accepted": ("已接受", "Accepted"),
            "declined": ("已谢绝", "Declined"),
            "silent": ("未答复", "No answer yet"),
            "withdrawn": ("已撤回", "Withdrawn"),
            "stood_down": ("无需前往", "Stood down"),
            "on_the_way": ("途中", "On the way"),
            "arrived": ("已到场", "Arrived"),
            "done": ("已完成", "Done"),
            "dropped_out": ("已退出", "Dropped out"),
        },
    ),
    vocabulary(
        "feedback_state",
        FeedbackState,
        {
            "submitted": ("已提交", "Submitted"),
            "returned": ("退回补充", "Returned"),
            "approved": ("已通过", "Approved"),
        },
    ),
    vocabulary(
        "welfare_state",
        WelfareState,
        {
            "calm": ("平安", "All is well"),
            "asked": ("询问中", "Asked"),
            "missed": ("未回应", "No answer"),
            "help": ("需要帮助", "Needs help"),
            "ended": ("已结束", "Ended"),
        },
    ),
    vocabulary(
        "reinforcement_state",
        ReinforcementState,
        {
            "asked": ("待决定", "Asked for"),
            "granted": ("已同意", "Granted"),
            "refused": ("未同意", "Refused"),
        },
    ),
)

_REPORT = (
    vocabulary(
        "incident_kind",
        IncidentKind,
        {
            "urgent_help": ("紧急求助", "Urgent help"),
            "missing_person": ("人员走失", "Missing person"),
            "fight": ("打架斗殴", "Fight"),
            "dispute": ("矛盾纠纷", "Dispute"),
            "hazard": ("险情灾害", "Fire, flood or landslide"),
            "traffic": ("交通", "Traffic"),
            "school_gate": ("护学岗", "School gate"),
            "event_post": ("活动安保", "Event post"),
            "other": ("其他", "Other"),
        },
    ),
    vocabulary(
        "incident_category",
        Category,
        {
            "criminal": ("刑事", "Criminal"),
            "public_order": ("治安", "Public order"),
            "traffic": ("交通", "Traffic"),
            "dispute": ("纠纷", "Dispute"),
            "urgent_help": ("求助", "Help"),
            "other": ("其他", "Other"),
        },
    ),
    vocabulary(
        "incident_colour",
        Colour,
        {
            "red": ("红色", "Red"),
            "orange": ("橙色", "Orange"),
            "yellow": ("黄色", "Yellow"),
            "blue": ("蓝色", "Blue"),
            "white": ("白色", "White"),
        },
    ),
    vocabulary(
        "incident_source",
        Source,
        {
            "call": ("来电", "Call"),
            "walk_in": ("上门", "Walk-in"),
            "app": ("手机应用", "App"),
            "patrol": ("巡逻发现", "Patrol"),
            "camera": ("视频发现", "Camera"),
            "alert": ("预警", "Alert"),
            "transfer": ("转来", "Handed on to us"),
            "other": ("其他", "Other"),
        },
    ),
    vocabulary(
        "incident_link_kind",
        LinkKind,
        {
            "repeat_call": ("重复报警", "Repeated call"),
            "chase_up": ("催促", "Chase-up"),
            "officer_feedback": ("民警反馈", "Officer's feedback"),
            "harassment": ("骚扰来电", "Harassment"),
            "same_event": ("同一事件", "Same event"),
        },
    ),
    vocabulary(
        "cancel_reason",
        CancelReason,
        {
            "false_alarm": ("误报", "False alarm"),
            "duplicate": ("重复", "Duplicate"),
            "handled_otherwise": ("已另行处理", "Handled otherwise"),
            "withdrawn_by_requester": ("求助人撤回", "Withdrawn by the requester"),
            "other": ("其他", "Other"),
        },
    ),
    vocabulary(
        "call_back_outcome",
        CallBackOutcome,
        {
            "reached": ("已告知", "Reached"),
            "not_reached": ("未联系上", "Not reached"),
            "no_requester": ("无求助人", "There is no requester"),
        },
    ),
)

_TASK = (
    vocabulary(
        "decline_reason",
        DeclineReason,
        {
            "busy": ("正忙", "Busy"),
            "too_far": ("太远", "Too far"),
            "not_fit": ("身体不适", "Not fit"),
            "not_safe": ("不安全", "Not safe"),
            "other": ("其他", "Other"),
        },
    ),
    vocabulary(
        "stand_down_reason",
        StandDown,
        {
            "full": ("人已够", "The last place had gone"),
            "enough": ("已有足够人手", "Enough people"),
            "desk": ("指挥决定", "The desk decided so"),
            "still": ("接受后未出发", "Did not set off"),
            "ended": ("征集已结束", "Asking has ended"),
            "cancelled": ("事件已取消", "Cancelled"),
        },
    ),
    vocabulary(
        "feedback_outcome",
        Outcome,
        {
            "resolved": ("已解决", "Resolved"),
            "partly_resolved": ("部分解决", "Partly resolved"),
            "handed_over": ("已移交", "Handed over"),
            "nothing_found": ("未发现情况", "Nothing found"),
            "unable": ("无法处理", "Unable"),
        },
    ),
    vocabulary("review_decision", Decision, {"approved": ("通过", "Approved"), "returned": ("退回", "Returned")}),
    vocabulary(
        "reported_by",
        How,
        {"geofence": ("按位置", "By position"), "hand": ("手动", "By hand"), "link": ("短信链接", "By link")},
    ),
    vocabulary(
        "lead_reason",
        Lead,
        {
            "first": ("最先到场", "First to arrive"),
            "named": ("指挥指定", "Named by the desk"),
            "passed": ("前任移交", "Passed on"),
            "took_over": ("接替", "Took over"),
        },
    ),
    vocabulary(
        "reinforcement_reason",
        ReinforcementReason,
        {
            "too_many_people": ("现场人数多", "Too many people"),
            "dangerous": ("现场危险", "Dangerous"),
            "injured": ("有人受伤", "Somebody is hurt"),
            "search_wider": ("扩大搜寻", "Search wider"),
            "skill_missing": ("缺少专长", "A skill is missing"),
            "other": ("其他", "Other"),
        },
    ),
)

_ASKING = (
    vocabulary(
        "ranking_verdict",
        Verdict,
        {
            "reserve": ("候补优先", "Said yes before"),
            "nearest": ("最近", "Nearest"),
            "enough": ("人已够", "Enough before them"),
            "other_need": ("另有安排", "Picked for another need"),
            "stale": ("位置过旧", "Position too old"),
            "engaged": ("正在执行任务", "On another task"),
            "asked": ("已询问", "Asked already"),
            "refused": ("已谢绝", "Declined before"),
            "went": ("已去过", "Has been there"),
            "excluded": ("指挥排除", "Left out by the desk"),
            "resting": ("休息中", "Resting"),
            "cap": ("当日次数已满", "Asked often enough today"),
            "quota": ("短信额度已满", "No more texts allowed"),
            "other_grid": ("本网格人手足够", "Own grid had enough"),
            "quiet": ("免打扰时段", "In quiet hours"),
            "fairness": ("轮流", "Others were asked less"),
        },
    ),
    vocabulary(
        "next_rung",
        Rung,
        {
            "patrol_officers": ("巡逻民警", "Patrol officers"),
            "neighbour_stations": ("邻近派出所", "Neighbouring stations"),
            "command_centre": ("指挥中心", "Command centre"),
        },
    ),
    vocabulary(
        "dispatch_clock",
        DispatchClock,
        {
            "silence": ("答复时限到，另询他人", "Answers are due; others are asked"),
            "look_again": ("再次查找附近人员", "Looks around again"),
            "next_rung": ("逐级上报", "Somebody above is told"),
        },
    ),
    vocabulary("travel_mode", TravelMode, {"walking": ("步行", "Walking"), "driving": ("驾车", "Driving")}),
)

_TIMELINE = (
    vocabulary(
        "incident_event",
        EventKind,
        {
            "reported": ("接报", "Reported"),
            "edited": ("修改", "Edited"),
            "linked": ("关联来电", "Linked"),
            "state": ("状态变化", "State changed"),
            "dispatched": ("发起调派", "Dispatched"),
            "asked": ("询问队员", "Members asked"),
            "silent": ("未答复", "No answer in time"),
            "exhausted": ("无人可派", "Nobody left to ask"),
            "reminded": ("再次提醒", "Reminded"),
            "widened": ("扩大范围", "Looking farther"),
            "rung_told": ("上报上级", "Somebody above was told"),
            "filled": ("人已到齐", "Filled"),
            "asking_ended": ("停止征集", "Asking ended"),
            "read": ("已读", "Read"),
            "accepted": ("接受", "Accepted"),
            "reserve": ("候补", "Said yes when it was full"),
            "declined": ("谢绝", "Declined"),
            "dropped_out": ("退出", "Dropped out"),
            "depart": ("出发", "Set off"),
            "arrive": ("到场", "Arrived"),
            "finish": ("完成", "Finished"),
            "added": ("手动加入", "Added by hand"),
            "taken_back": ("手动撤回", "Taken back by the desk"),
            "still": ("未见移动", "Does not move"),
            "still_coming": ("确认仍在途中", "Still coming"),
            "gone": ("离开现场", "Left the place"),
            "lead": ("现场负责人", "Lead"),
            "welfare_missed": ("平安询问未回应", "No answer from the scene"),
            "welfare_answered": ("平安询问已回应", "Answered from the scene"),
            "reinforcement_asked": ("请求增援", "More people asked for"),
            "reinforcement_decided": ("增援已决定", "Request for more people decided"),
            "feedback": ("反馈", "Feedback"),
            "late": ("补报", "Told late"),
            "reviewed": ("审核", "Reviewed"),
            "called_back": ("回告求助人", "Requester called back"),
            "handed_to_disputes": ("转纠纷处理", "Handed to disputes"),
            "dispute_opened": ("已立纠纷", "Dispute opened"),
            "overdue": ("超时", "Overdue"),
        },
    ),
)

LABELS = (*_STATES, *_REPORT, *_TASK, *_ASKING, *_TIMELINE)
