"""What the words of disputes are called. Code lists of the record carry their own names as data."""

from api.disputes.types.states import CaseState
from api.disputes.types.words import (
    CodeList,
    Colour,
    EventKind,
    InsiderWhy,
    MediatorKind,
    PartyKind,
    PartyRole,
    RiskSign,
    Sight,
    StandardKind,
)
from api.disputes.types.work import (
    AgreementForm,
    ConfirmationState,
    ConfirmationStep,
    HandOverState,
    ObligationKind,
    ObligationState,
    ReceiverKind,
    RefusalReason,
    Road,
    SessionState,
    SessionStep,
    Untold,
    WorkEvent,
)
from api.kernel.labels import vocabulary

_STATES = (
    vocabulary(
        "case_state",
        CaseState,
        {
            "reported": ("已登记", "Reported"),
            "accepted": ("已受理", "Accepted"),
            "mediating": ("调解中", "Being mediated"),
            "suspended": ("中止", "Suspended"),
            "settled": ("已化解", "Settled"),
            "closed": ("已结案", "Closed"),
            "failed": ("调解不成", "Failed"),
            "handing_over": ("移交中", "Being handed over"),
            "handed_over": ("已移交", "Handed over"),
            "refused": ("不予受理", "Refused"),
            "merged": ("已并案", "Merged"),
            "withdrawn": ("已撤回", "Withdrawn"),
        },
    ),
    vocabulary(
        "mediation_session_state",
        SessionState,
        {
            "planned": ("已安排", "Planned"),
            "held": ("已进行", "Held"),
            "adjourned": ("择日再调", "Adjourned"),
            "party_absent": ("当事人未到", "A party did not come"),
            "cancelled": ("已取消", "Cancelled"),
        },
    ),
    vocabulary(
        "mediation_session_step",
        SessionStep,
        {
            "hold": ("进行", "Hold"),
            "adjourn": ("择日再调", "Adjourn"),
            "miss": ("当事人未到", "A party did not come"),
            "cancel": ("取消", "Cancel"),
        },
    ),
    vocabulary(
        "obligation_state",
        ObligationState,
        {
            "due": ("待履行", "Due"),
            "overdue": ("逾期未履行", "Overdue"),
            "performed": ("已履行", "Performed"),
            "waived": ("已免除", "Waived"),
            "broken": ("未履行", "Broken"),
            "void": ("已失效", "Void"),
        },
    ),
    vocabulary(
        "hand_over_state",
        HandOverState,
        {
            "offered": ("待接收", "Offered"),
            "accepted": ("已接收", "Accepted"),
            "declined": ("已退回", "Declined"),
            "withdrawn": ("已撤回", "Withdrawn"),
        },
    ),
    vocabulary(
        "confirmation_state",
        ConfirmationState,
        {
            "possible": ("可申请司法确认", "Possible"),
            "requested": ("已申请", "Requested"),
            "confirmed": ("已确认", "Confirmed"),
            "rejected": ("不予确认", "Rejected"),
            "not_wanted": ("不申请", "Not wanted"),
            "lapsed": ("已过期限", "Lapsed"),
        },
    ),
    vocabulary(
        "confirmation_step",
        ConfirmationStep,
        {
            "request": ("申请", "Request"),
            "confirm": ("确认", "Confirm"),
            "reject": ("不予确认", "Reject"),
            "renounce": ("放弃申请", "Renounce"),
            "lapse": ("期限届满", "Lapse"),
        },
    ),
)

_RECORD = (
    vocabulary(
        "dispute_colour",
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
        "dispute_code_list",
        CodeList,
        {
            "category": ("纠纷类别", "Category"),
            "source": ("纠纷来源", "Source"),
            "scale": ("涉及规模", "Scale"),
            "document": ("证件类型", "Identity document"),
            "sex": ("性别", "Sex"),
            "education": ("学历", "Education"),
            "ethnicity": ("民族", "Ethnicity"),
            "resolution_way": ("化解方式", "Way of resolution"),
        },
    ),
    vocabulary(
        "risk_sign",
        RiskSign,
        {
            "alcohol": ("酗酒", "Alcohol"),
            "injury": ("有人受伤", "Injury"),
            "weapon": ("持械", "Weapon"),
            "threat": ("威胁", "Threat"),
            "domestic_violence": ("家庭暴力", "Domestic violence"),
        },
    ),
    vocabulary(
        "party_role",
        PartyRole,
        {
            "applicant": ("申请人", "Applicant"),
            "respondent": ("被申请人", "Respondent"),
            "third": ("第三人", "Third party"),
        },
    ),
    vocabulary("party_kind", PartyKind, {"natural": ("自然人", "Person"), "legal": ("单位", "Organisation")}),
    vocabulary(
        "mediator_kind",
        MediatorKind,
        {
            "grid_officer": ("网格员", "Grid officer"),
            "police_officer": ("民警", "Police officer"),
            "peoples_mediator": ("人民调解员", "People's mediator"),
            "outside": ("外请人员", "Somebody from outside"),
        },
    ),
    vocabulary(
        "insider_reason",
        InsiderWhy,
        {"receiver": ("接收人", "Took it in"), "team": ("承办人", "Team"), "named": ("指定领导", "Named")},
    ),
    vocabulary(
        "sight",
        Sight,
        {"full": ("完整", "Full"), "masked": ("脱敏", "Masked"), "none": ("不可见", "None")},
    ),
    vocabulary(
        "standard_kind",
        StandardKind,
        {
            "weights": ("风险评分权重", "Weights of the risk score"),
            "deadlines": ("办理时限", "Deadlines"),
            "named": ("严格保密案件指定领导", "Supervisors named for strict cases"),
            "mediation": ("调解时限", "Times of mediation"),
        },
    ),
    vocabulary(
        "erasure_reason",
        None,
        {
            "requested": ("本人申请", "By the person's own request"),
            "ordered": ("依法要求", "By order of an authority"),
            "mistake": ("录入错误", "Entered by mistake"),
        },
    ),
)

_WORK = (
    vocabulary(
        "refusal_reason",
        RefusalReason,
        {
            "not_ours": ("不属管辖", "Not ours"),
            "in_court": ("法院已受理", "In court"),
            "criminal": ("涉嫌犯罪", "Criminal"),
            "not_wanted": ("当事人不愿调解", "A party does not want it"),
            "duplicate": ("重复", "Duplicate"),
            "other": ("其他", "Other"),
        },
    ),
    vocabulary("agreement_form", AgreementForm, {"written": ("书面", "Written"), "oral": ("口头", "Oral")}),
    vocabulary(
        "obligation_kind",
        ObligationKind,
        {
            "pay": ("给付", "Pay"),
            "do": ("作为", "Do"),
            "refrain": ("不作为", "Refrain"),
            "apologise": ("道歉", "Apologise"),
            "move": ("搬迁", "Move"),
        },
    ),
    vocabulary(
        "hand_over_receiver",
        ReceiverKind,
        {"station": ("派出所", "Station"), "department": ("其他部门", "Department")},
    ),
    vocabulary(
        "road_after_failure",
        Road,
        {
            "litigation": ("诉讼", "Litigation"),
            "arbitration": ("仲裁", "Arbitration"),
            "administrative": ("行政途径", "Administrative"),
        },
    ),
    vocabulary(
        "untold_reason",
        Untold,
        {
            "no_phone": ("无电话", "No telephone"),
            "landline": ("座机", "Landline"),
            "minor": ("未成年人", "Minor"),
            "strict": ("严格保密案件", "Strict case"),
        },
    ),
)

_TIMELINE = (
    vocabulary(
        "dispute_event",
        EventKind,
        {
            "reported": ("登记", "Reported"),
            "edited": ("修改", "Edited"),
            "state": ("状态变化", "State changed"),
            "overdue": ("超期", "Overdue"),
            "scored": ("风险评分", "Scored"),
            "coloured": ("人工定级", "Coloured by hand"),
            "strict": ("严格保密设置", "Strict"),
            "party_added": ("增加当事人", "Party added"),
            "party_edited": ("修改当事人", "Party edited"),
            "party_removed": ("移除当事人", "Party removed"),
            "history": ("既往警情", "Earlier calls"),
            "merged_in": ("并入他案", "Another case merged in"),
            "merged": ("已并案", "Merged"),
            "split_off": ("拆出他案", "Another case split off"),
            "split_from": ("由他案拆出", "Split from another case"),
            "insiders": ("知情人员", "Who may see it"),
        },
    ),
    vocabulary(
        "dispute_work_event",
        WorkEvent,
        {
            "team": ("承办人员", "Team"),
            "session": ("调解会", "Session"),
            "session_late": ("调解会逾期", "Session late"),
            "agreement": ("协议", "Agreement"),
            "obligation": ("履行事项", "Promise"),
            "confirmation": ("司法确认", "Judicial confirmation"),
            "hand_over": ("移交", "Hand-over"),
            "contact": ("回访", "Visit"),
            "told": ("告知当事人", "Parties told"),
            "rated": ("评价", "Rated"),
        },
    ),
)

LABELS = (*_STATES, *_RECORD, *_WORK, *_TIMELINE)
