"""What incidents refuse, and how they say so."""

from api.kernel.errors import DomainError, Kind


class PossibleDuplicate(DomainError):
    """Open incidents nearby may be the same one; `facts.candidates` lists them. File with `duplicate_checked: true`."""

    code, kind = "possible_duplicate", Kind.CONFLICT
    zh = "附近有 {count} 起可能相同的警情，请核对后再提交。"
    en = "{count} incident(s) nearby may be the same one; check them, then file with duplicate_checked."


class NothingNeeded(DomainError):
    """Neither the dispatch nor the report says whom the incident needs."""

    code, kind = "needs_missing", Kind.INVALID
    zh = "请说明需要多少人。"
    en = "Say how many people are needed."


class UnknownForce(DomainError):
    """The station has no force of this name; `facts.words` lists them."""

    code, kind = "unknown_force", Kind.INVALID
    zh = "没有这种力量，请从本所的力量中选择。"
    en = "There is no such force at this station."


class UnknownSkill(DomainError):
    """The station has no skill of this name; `facts.words` lists them."""

    code, kind = "unknown_skill", Kind.INVALID
    zh = "没有这种技能，请从本所的技能中选择。"
    en = "There is no such skill at this station."


class LinkedToItself(DomainError):
    """An incident cannot be joined to itself."""

    code, kind = "linked_to_itself", Kind.INVALID
    zh = "不能与自身关联。"
    en = "An incident cannot be joined to itself."


class IncidentOver(DomainError):
    """The incident is closed or cancelled."""

    code, kind = "incident_over", Kind.CONFLICT
    zh = "该警情已结束。"
    en = "This incident is over."


class EngagedElsewhere(DomainError):
    """The member is busy with another incident, and must finish or leave that one first."""

    code, kind = "engaged_elsewhere", Kind.CONFLICT
    zh = "您正在执行另一项任务，请先完成或退出。"
    en = "You are on another task; finish or leave it first."


class NotGoing(DomainError):
    """Only somebody who has said yes and is on the way or there can be meant."""

    code, kind = "not_going", Kind.CONFLICT
    zh = "此人未在前往或到场，无法办理。"
    en = "This person is neither on the way nor there."


class NotLeading(DomainError):
    """Only the lead can hand the lead over."""

    code, kind = "not_leading", Kind.CONFLICT
    zh = "您不是牵头人，不能移交。"
    en = "You do not lead, so you cannot hand it over."


class NoSuchPlace(DomainError):
    """The dispatch has no such need, or it has ended: nobody can be added to it."""

    code, kind = "need_over", Kind.CONFLICT
    zh = "该派警或岗位已结束，不能再加人。"
    en = "This dispatch or need has ended; nobody can be added to it."


class CannotBeAdded(DomainError):
    """The member is going already, has finished, or is not active; `state` says which."""

    code, kind = "cannot_be_added", Kind.CONFLICT
    zh = "此人不能加入（{state}）。"
    en = "This person cannot be added ({state})."


class LastPlace(DomainError):
    """The only place of a need cannot be taken back with its person; replace them, or end the dispatch."""

    code, kind = "last_place", Kind.CONFLICT
    zh = "这是唯一的名额，请换人或结束派警。"
    en = "This is the only place; replace the person, or end the dispatch."


class ReinforcementDecided(DomainError):
    """Somebody else has decided on this request in another way."""

    code, kind = "reinforcement_decided", Kind.CONFLICT
    zh = "该增援请求已办理。"
    en = "This request for more people has been decided."


class NotWatched(DomainError):
    """Nobody asks after somebody who is not on scene, or where the policy does not."""

    code, kind = "not_watched", Kind.CONFLICT
    zh = "当前无需报平安。"
    en = "Nobody is waiting for such an answer."


class FeedbackAlreadyGiven(DomainError):
    """The author's report is already with the reviewer; it can be changed only when returned."""

    code, kind = "feedback_already_given", Kind.CONFLICT
    zh = "已提交反馈，退回后方可修改。"
    en = "Your report is already in; it can be changed only when it is returned."


class FeedbackTooEarly(DomainError):
    """Only somebody who accepted can report."""

    code, kind = "feedback_too_early", Kind.CONFLICT
    zh = "接受任务后才能提交反馈。"
    en = "Only somebody who accepted the task can report on it."


class ReviewerWentThere(DomainError):
    """A report is checked by somebody who did not go."""

    code, kind = "reviewer_went_there", Kind.FORBIDDEN
    zh = "参与处置的人员不能审核本警情。"
    en = "Somebody who went there cannot review it."


class ReviewNoteMissing(DomainError):
    """What is returned goes back with a reason."""

    code, kind = "review_note_required", Kind.INVALID
    zh = "退回时请写明原因。"
    en = "Say why it is returned."


class RequesterExists(DomainError):
    """There is a number to call, so "nobody to call" is not an answer."""

    code, kind = "requester_exists", Kind.CONFLICT
    zh = "本警情有报警人电话，须先回访。"
    en = "The requester left a number; call it."


class RequesterUnknown(DomainError):
    """There is no number to call; record that nobody can be called, and why."""

    code, kind = "requester_unknown", Kind.CONFLICT
    zh = "本警情没有报警人电话，请按无报警人登记并说明原因。"
    en = "There is no number to call; record no_requester with the reason."


class CallBackNoteMissing(DomainError):
    """An incident that ends without the requester being told ends with a reason."""

    code, kind = "call_back_note_required", Kind.INVALID
    zh = "未能告知报警人时，请说明原因。"
    en = "Say why the requester was not told."


class LinkUnknown(DomainError):
    """The link was not made here, or the person it was sent to may not answer any more."""

    code, kind = "link_unknown", Kind.NOT_FOUND
    zh = "链接无效，请检查是否完整。"
    en = "This link is not valid; check that it is complete."


class LinkForged(DomainError):
    """The form does not come from the link's own page."""

    code, kind = "link_form_invalid", Kind.FORBIDDEN
    zh = "请重新打开短信中的链接后再答复。"
    en = "Open the link in your text message again, then answer."


class OutcomeMissing(DomainError):
    """A report says how it ended."""

    code, kind = "outcome_missing", Kind.INVALID
    zh = "请选择处理结果。"
    en = "Choose how it ended."


class BadPolicy(DomainError):
    """A dispatch policy says what it must not; `issues` lists every fault with its field."""

    code, kind = "bad_policy", Kind.INVALID
    zh = "派警策略有误，请按提示修改。"
    en = "The dispatch policy has faults; see the list."


class PolicyMoved(DomainError):
    """Somebody else wrote a version meanwhile; read it, then write over that one."""

    code, kind = "policy_moved", Kind.CONFLICT
    zh = "派警策略已有新版本（第 {version} 版），请刷新后再改。"
    en = "The policy has moved on to version {version}; reload it and write over that one."


class UnknownUnits(DomainError):
    """A unit to ask in is none of the station's today; `facts.units` lists them."""

    code, kind = "unknown_units", Kind.INVALID
    zh = "所选范围中有不属于本所或已撤销的单元。"
    en = "Some of these units are not the station's, or not in force today."


class UnitsNotDrawn(DomainError):
    """None of the units to ask in has an outline, nor has anything below them."""

    code, kind = "units_not_drawn", Kind.INVALID
    zh = "所选单元还没有画边界，请改用半径或手绘范围。"
    en = "None of these units has an outline yet; use a radius or draw the area."


class DrillHandedOver(DomainError):
    """A drill makes no dispute."""

    code, kind = "drill_handed_over", Kind.CONFLICT
    zh = "演练警情不能移交纠纷调处。"
    en = "A drill cannot be handed over as a dispute."


class DispatchedMeanwhile(DomainError):
    """Somebody else has sent people to the incident since the caller looked; `facts.dispatches` counts them now."""

    code, kind = "dispatched_meanwhile", Kind.CONFLICT
    zh = "您查看后已有人派警（现共 {dispatches} 次），请先看看现状，确需再派请再点一次。"
    en = "Somebody else has sent people since you looked ({dispatches} by now); look at it first, then send more."
