"""What disputes refuse, and how they say so."""

from api.kernel.errors import DomainError, Kind


class CaseOver(DomainError):
    """The case has ended."""

    code, kind = "dispute_over", Kind.CONFLICT
    zh = "该纠纷已办结，不能修改。"
    en = "This dispute is over and cannot be changed."


class TeamNeedsLead(DomainError):
    """A team has one lead, who has an account."""

    code, kind = "team_needs_lead", Kind.INVALID
    zh = "调解团队须有且只有一名负责人，负责人须为本所人员。"
    en = "A team has exactly one lead, and the lead has an account here."


class BadTeam(DomainError):
    """Some of the mediators cannot be in the team; see the list."""

    code, kind = "bad_team", Kind.INVALID
    zh = "调解人员有误，请按提示修改。"
    en = "Some of the mediators cannot be in the team; see the list."


class NotInWork(DomainError):
    """Nobody mediates a case in this state."""

    code, kind = "dispute_not_in_work", Kind.CONFLICT
    zh = "该纠纷不在调解中，不能办理此项。"
    en = "This dispute is not being mediated; that cannot be done now."


class WhenImpossible(DomainError):
    """The moment lies in the future, or before the case."""

    code, kind = "when_impossible", Kind.INVALID
    zh = "时间不合理：不能晚于现在，也不能早于纠纷登记或协议签订之时。"
    en = "The moment cannot lie in the future, nor before the dispute or agreement it belongs to."


class SessionTextMissing(DomainError):
    """What was held has a record; what was not has a reason."""

    code, kind = "session_text_missing", Kind.INVALID
    zh = "已举行的调解须有笔录，未举行的须写明原因。"
    en = "A session that was held needs its record, one that was not needs the reason."


class UnknownAttendee(DomainError):
    """Somebody named as present or absent is neither a party nor a mediator of the case."""

    code, kind = "unknown_attendee", Kind.INVALID
    zh = "出席人员中有人不是本纠纷的当事人或调解员。"
    en = "Somebody named is neither a party nor a mediator of this dispute, or is both present and absent."


class BadPromises(DomainError):
    """What was agreed cannot be tracked as it stands; see the list."""

    code, kind = "bad_promises", Kind.INVALID
    zh = "约定的履行事项有误，请按提示修改。"
    en = "Some of what was promised cannot be tracked; see the list."


class EvidenceMissing(DomainError):
    """Evidence is at least a file or a sentence."""

    code, kind = "evidence_missing", Kind.INVALID
    zh = "请上传凭证或填写说明。"
    en = "Give a file or a note as evidence."


class ReasonMissing(DomainError):
    """This is decided with a reason in words."""

    code, kind = "reason_missing", Kind.INVALID
    zh = "请写明原因。"
    en = "Say why."


class BadReceiver(DomainError):
    """The case cannot be handed there."""

    code, kind = "bad_receiver", Kind.INVALID
    zh = "移交对象有误：请选择其他派出所，或填写部门名称。"
    en = "Name another station, or a department, but not both and not your own."


class SuspensionTooLong(DomainError):
    """A suspension ends on a day, ahead and not too far."""

    code, kind = "suspension_end_invalid", Kind.INVALID
    zh = "中止期限须在今后 {most} 天以内。"
    en = "The end of a suspension lies ahead, within {most} days."


class CourtMissing(DomainError):
    """A request names the court, and a result its paper."""

    code, kind = "court_missing", Kind.INVALID
    zh = "请填写法院名称；有结果的，请填写文书号。"
    en = "Name the court, and for its decision the number of the paper."


class ConfirmationTooLate(DomainError):
    """The joint request is made within the days the law gives."""

    code, kind = "confirmation_too_late", Kind.CONFLICT
    zh = "已超过共同申请司法确认的期限。"
    en = "The time for the joint request for judicial confirmation is over."


class SignerMediated(DomainError):
    """Nobody signs off what they mediated."""

    code, kind = "signer_mediated", Kind.FORBIDDEN
    zh = "参与过调解的人员不能审核办结本纠纷。"
    en = "Whoever mediated a dispute cannot sign it off."


class NotReadyToClose(DomainError):
    """Visits, performances or evidence are missing; the list says which."""

    code, kind = "not_ready_to_close", Kind.CONFLICT
    zh = "尚有事项未完成，不能办结：共 {count} 类，请按清单处理。"
    en = "The dispute cannot be closed yet: {count} kinds of things are missing; see the list."


class ReopenTooLate(DomainError):
    """The window for opening a closed case again is over; a new one is filed."""

    code, kind = "reopen_too_late", Kind.CONFLICT
    zh = "已超过 {days} 天的重新办理期限，请登记新的纠纷。"
    en = "More than {days} days have passed; file a new dispute."


class RatingUnknown(DomainError):
    """The link was not made here."""

    code, kind = "rating_link_unknown", Kind.NOT_FOUND
    zh = "链接无效，请检查是否完整。"
    en = "This link is not valid; check that it is complete."


class RatingForged(DomainError):
    """The form does not come from the link's own page."""

    code, kind = "rating_form_invalid", Kind.FORBIDDEN
    zh = "请重新打开短信中的链接后再评价。"
    en = "Open the link in your text message again, then rate."


class NoAgreement(DomainError):
    """There is nothing to print."""

    code, kind = "no_agreement", Kind.NOT_FOUND
    zh = "该纠纷还没有调解协议。"
    en = "This dispute has no agreement yet."


class AgentOfNobody(DomainError):
    """An agent acts for another party of the same case, who acts for itself."""

    code, kind = "agent_of_nobody", Kind.INVALID
    zh = "代理人须对应本案的另一名当事人，且该当事人不是代理人。"
    en = "An agent acts for another party of this case, who is no agent."


class NotMergeable(DomainError):
    """Cases are merged while both are worked on; settled and ended ones keep their own story."""

    code, kind = "dispute_not_mergeable", Kind.CONFLICT
    zh = "只有办理中的纠纷可以并入，且接收的纠纷须在办理中或已化解。"
    en = "Only a dispute being worked on can be merged, into one that is worked on or settled."


class MergedIntoItself(DomainError):
    """A case cannot be merged into itself."""

    code, kind = "merged_into_itself", Kind.INVALID
    zh = "不能并入自身。"
    en = "A dispute cannot be merged into itself."


class NobodyLeft(DomainError):
    """A split takes some of the parties, and leaves some."""

    code, kind = "split_leaves_nobody", Kind.INVALID
    zh = "拆分时须选择部分当事人，且原纠纷至少保留一名。"
    en = "A split takes some of the parties and leaves at least one."


class DisputeStillOpen(DomainError):
    """Who the parties are is needed while the case runs."""

    code, kind = "dispute_still_open", Kind.CONFLICT
    zh = "纠纷尚未办结，暂不能删除当事人信息。"
    en = "The dispute is not over yet; its parties cannot be erased."


class CaseHeaderUnfit(DomainError):
    """The file's first row does not name the columns a case needs."""

    code, kind = "case_header_unfit", Kind.INVALID
    zh = "表头不符合要求，请按提示修改或下载模板。"
    en = "The header does not fit; see the list, or download the template."


class NotASupervisor(DomainError):
    """Only active supervisors of the station are named for strict cases."""

    code, kind = "not_a_supervisor", Kind.INVALID
    zh = "只能指定本所在职的审核人员。"
    en = "Only active supervisors of this station can be named."
