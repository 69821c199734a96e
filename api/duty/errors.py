"""What duty refuses."""

from api.kernel.errors import DomainError, Kind


class NotAMember(DomainError):
    """The caller is a person of the station, but not an enrolled member."""

    code, kind = "not_a_member", Kind.FORBIDDEN
    zh = "您不在队伍名册中，不能上岗。"
    en = "You are not on the roster, so you cannot go on duty."


class MemberInactive(DomainError):
    """The member is pending, suspended or has left."""

    code, kind = "member_inactive", Kind.FORBIDDEN
    zh = "您目前不是在册有效成员，不能上岗。"
    en = "Your membership is not active, so you cannot go on duty."


class NotOnDuty(DomainError):
    """Positions came from somebody neither on duty nor on a task; nothing was stored."""

    code, kind = "not_on_duty", Kind.CONFLICT
    zh = "您不在岗也没有任务，位置未保存，请停止上传。"
    en = "You are neither on duty nor on a task. Nothing was stored; please stop sending positions."


class StillEngaged(DomainError):
    """Going off duty with an accepted task would leave the task to nobody."""

    code, kind = "still_on_task", Kind.CONFLICT
    zh = "您还有进行中的任务，请先完成或退出任务再下岗。"
    en = "You are still on a task. Finish it or drop out first, so that somebody else can be asked."


class UntilOutOfRange(DomainError):
    """The end of duty lies in the past or too far away."""

    code, kind = "until_out_of_range", Kind.INVALID
    zh = "下岗时间须在未来 24 小时之内。"
    en = "The end of duty must lie within the next 24 hours."


class ShiftTimes(DomainError):
    """A shift that ends before it starts, is over, lasts too long, or lies too far ahead."""

    code, kind = "shift_times", Kind.INVALID
    zh = "班次须晚于当前时间结束、不超过 24 小时，且在一年之内。"
    en = "A shift must end after it starts and after now, last at most 24 hours, and lie within a year."


class ShiftOverlap(DomainError):
    """The member has another shift in that time."""

    code, kind = "shift_overlap", Kind.CONFLICT
    zh = "该成员在此时间段已有班次。"
    en = "This member already has a shift in that time."


class ShiftOver(DomainError):
    """The shift was cancelled or is over."""

    code, kind = "shift_over", Kind.CONFLICT
    zh = "该班次已取消或已结束。"
    en = "The shift was cancelled or is over."


class ShiftStarted(DomainError):
    """The start of a running shift cannot be moved."""

    code, kind = "shift_started", Kind.CONFLICT
    zh = "班次已开始，只能修改结束时间。"
    en = "The shift has started; only its end can still be moved."


class TrailWindow(DomainError):
    """The asked stretch of a trail is empty or too long."""

    code, kind = "trail_window", Kind.INVALID
    zh = "轨迹时间段须为正且不超过 7 天。"
    en = "The stretch of a trail must be positive and at most 7 days."
