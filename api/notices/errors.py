"""What notices refuses, and how it says so."""

from api.kernel.errors import DomainError, Kind


class TargetEmpty(DomainError):
    """The notice says neither units, nor an area, nor the whole station."""

    code, kind = "notice_target_empty", Kind.INVALID
    zh = "请选择通知范围：全所、单元或绘制区域。"
    en = "Say where: the whole station, units, or a drawn area."


class TargetUnknown(DomainError):
    """One of the units is not a valid unit of the station."""

    code, kind = "notice_unit_unknown", Kind.INVALID
    zh = "所选单元不存在或已停用。"
    en = "One of the units is not a valid unit of this station."


class NobodyMeant(DomainError):
    """Nobody is where the notice is meant for."""

    code, kind = "notice_nobody_meant", Kind.CONFLICT
    zh = "所选范围内没有接收人。"
    en = "Nobody belongs to what you chose."


class TextNotPublic(DomainError):
    """A text about a person cannot stand on lock screens and in text messages."""

    code, kind = "notice_text_not_public", Kind.INVALID
    zh = "寻人信息涉及个人隐私，正文只能在应用内查看。"
    en = "A text about a person is read in the app only."


class TextTooLong(DomainError):
    """An open text is longer than a text message may be."""

    code, kind = "notice_text_too_long", Kind.INVALID
    zh = "公开发送的正文不能超过 {most} 个字符。"
    en = "A text that goes out openly has at most {most} characters."


class ExpiryUnfit(DomainError):
    """A notice ends between ten minutes and thirty days from now."""

    code, kind = "notice_expiry_unfit", Kind.INVALID
    zh = "有效期应在 10 分钟至 30 天之间。"
    en = "A notice ends between ten minutes and thirty days from now."


class SamePerson(DomainError):
    """Whoever wrote, changed or submitted a notice cannot approve it."""

    code, kind = "notice_same_person", Kind.FORBIDDEN
    zh = "审批人不能是起草、修改或提交此通知的人。"
    en = "Somebody who wrote, changed or submitted it cannot decide about it."
