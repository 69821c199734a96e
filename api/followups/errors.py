"""What followups refuses. A report is never among it: only what cannot be understood, or belongs to somebody else."""

from api.kernel.errors import DomainError, Kind


class UnknownColour(DomainError):
    """The scale of this kind of subject has no such colour."""

    code, kind = "unknown_colour", Kind.INVALID
    zh = "没有“{colour}”这个风险等级。"
    en = "There is no risk colour {colour!r}."


class SettledInFuture(DomainError):
    """Nothing can be followed up before it was settled."""

    code, kind = "settled_in_future", Kind.INVALID
    zh = "化解时间不能晚于当前时间。"
    en = "The time of settlement lies in the future."


class AlreadyFollowed(DomainError):
    """The subject has a plan; it is restarted, not opened twice."""

    code, kind = "already_followed", Kind.CONFLICT
    zh = "该事项已有回访计划。"
    en = "This subject has a visit plan already."


class PlanClosed(DomainError):
    """A closed plan can only be restarted."""

    code, kind = "plan_closed", Kind.CONFLICT
    zh = "回访计划已结束。"
    en = "The visit plan is closed."


class NoTemplate(DomainError):
    """No plan is written for this kind of subject and colour, or the named one belongs to another."""

    code, kind = "no_visit_template", Kind.INVALID
    zh = "没有适用的回访计划模板。"
    en = "There is no visit plan template for this."


class TemplateMoved(DomainError):
    """Somebody else made a newer version meanwhile."""

    code, kind = "template_moved", Kind.CONFLICT
    zh = "模板已有更新的版本（第 {version} 版），请在其基础上修改。"
    en = "There is a newer version of this template ({version}); edit that one."


class BadSteps(DomainError):
    """The steps of a template do not make a plan."""

    code, kind = "bad_steps", Kind.INVALID
    zh = "回访步骤有误，请按提示修改。"
    en = "The steps do not make a plan; see the list."


class ScaleMoved(DomainError):
    """Somebody else made a newer version meanwhile."""

    code, kind = "scale_moved", Kind.CONFLICT
    zh = "风险等级设置已有更新的版本（第 {version} 版），请在其基础上修改。"
    en = "There is a newer version of this scale ({version}); edit that one."


class BadScale(DomainError):
    """The colours and rules do not make a scale."""

    code, kind = "bad_scale", Kind.INVALID
    zh = "风险等级设置有误，请按提示修改。"
    en = "The colours and rules do not make a scale; see the list."


class UnknownOwner(DomainError):
    """The person, grid or team a visit was to be assigned to is not the station's."""

    code, kind = "unknown_owner", Kind.INVALID
    zh = "找不到要指派的人员、网格或班组。"
    en = "There is no such person, grid or team to assign to."


class UnknownVisitor(DomainError):
    """`visited_by` names nobody of the station."""

    code, kind = "unknown_visitor", Kind.INVALID
    zh = "回访人不是本所人员。"
    en = "visited_by is nobody of this station."


class OwnContact(DomainError):
    """Nobody vouches for their own contact."""

    code, kind = "own_contact", Kind.FORBIDDEN
    zh = "不能为自己的回访作证，请由他人确认。"
    en = "You cannot vouch for a contact of your own; somebody else must."


class TooManyFeeds(DomainError):
    """A person has as many calendar addresses as anybody needs."""

    code, kind = "too_many_feeds", Kind.CONFLICT
    zh = "日历订阅地址最多 {most} 个，请先撤销不用的。"
    en = "You have {most} calendar addresses already; revoke one first."
