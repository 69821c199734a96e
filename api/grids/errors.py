"""What grids refuses, and how it says so."""

from api.kernel.errors import DomainError, Kind


class AreaInvalid(DomainError):
    """The outline cannot be used as it is; each issue names the place of the fault. It is never repaired."""

    code, kind = "area_invalid", Kind.INVALID
    zh = "边界图形有误，请按提示修改后重新提交。"
    en = "The outline is not usable; see where it is wrong, and draw it again."


class AreaOverlaps(DomainError):
    """The outline lies over another unit of the same level; each issue names the unit and the place."""

    code, kind = "area_overlaps", Kind.CONFLICT
    zh = "边界与相邻单元重叠，请按提示调整。"
    en = "The outline overlaps a neighbouring unit; see where."


class CodeTaken(DomainError):
    """Another unit holds this code in the same period."""

    code, kind = "unit_code_taken", Kind.CONFLICT
    zh = "该代码在此期间已被其他单元使用。"
    en = "Another unit has this code in that period."


class CodeUnfit(DomainError):
    """The code is not formed as its level asks: 12 digits, or for a grid its parent's 12 and 3 more."""

    code, kind = "unit_code_unfit", Kind.INVALID
    zh = "代码不符合规则：社区（村）为 12 位数字，网格为所属社区（村）12 位代码加 3 位数字。"
    en = "The code does not fit: 12 digits, or for a grid the 12 of its community and 3 more."


class ParentUnfit(DomainError):
    """A unit of this kind cannot stand below that one, or the parent is closed."""

    code, kind = "unit_parent_unfit", Kind.INVALID
    zh = "上级单元不合适：社区（村）隶属派出所，网格隶属社区（村），且上级须在有效期内。"
    en = "Not a fit parent: communities belong to the station, grids to a valid community or village."


class NameNeedsParent(DomainError):
    """Names repeat, so a look-up by name must say below which unit."""

    code, kind = "unit_name_needs_parent", Kind.INVALID
    zh = "单元名称可能重复，按名称查询时请同时指定上级单元。"
    en = "Names repeat; a look-up by name must name the parent unit too."


class HasValidUnits(DomainError):
    """A unit with valid units below it cannot be closed."""

    code, kind = "unit_has_valid_units", Kind.CONFLICT
    zh = "下级仍有有效单元，请先停用下级。"
    en = "There are valid units below it; close those first."


class AlreadyClosed(DomainError):
    """The unit has an end already."""

    code, kind = "unit_already_closed", Kind.CONFLICT
    zh = "该单元已停用。"
    en = "The unit is closed already."


class NotClosed(DomainError):
    """Only a closed unit can be reopened."""

    code, kind = "unit_not_closed", Kind.CONFLICT
    zh = "该单元未停用，无需恢复。"
    en = "The unit is not closed."


class PeriodUnfit(DomainError):
    """An end before its beginning."""

    code, kind = "period_unfit", Kind.INVALID
    zh = "结束日期不能早于开始日期。"
    en = "It cannot end before it begins."


class OwnerTwice(DomainError):
    """This member owns the unit already."""

    code, kind = "unit_owner_twice", Kind.CONFLICT
    zh = "该成员已是此单元的负责人。"
    en = "This member is an owner of the unit already."


class ForceUnknown(DomainError):
    """Not a force of this station."""

    code, kind = "force_unknown", Kind.INVALID
    zh = "没有这种群防群治力量。"
    en = "The station has no such force."


class SkillUnknown(DomainError):
    """Not a skill of this station, or named twice."""

    code, kind = "skill_unknown", Kind.INVALID
    zh = "没有这种技能，或技能重复。"
    en = "The station has no such skill, or it is named twice."


class GridUnknown(DomainError):
    """Not a valid grid of this station."""

    code, kind = "grid_unknown", Kind.INVALID
    zh = "本所没有该网格，或网格已停用。"
    en = "The station has no such grid, or it is closed."


class WordCommon(DomainError):
    """The code belongs to the list all stations share."""

    code, kind = "vocabulary_common", Kind.CONFLICT
    zh = "该代码属于通用目录，不能修改。"
    en = "This code belongs to the common list and cannot be changed here."


class WordUnfit(DomainError):
    """Not a code a force or skill can have."""

    code, kind = "vocabulary_code_unfit", Kind.INVALID
    zh = "代码应为 2 到 40 个小写字母、数字或下划线，以字母开头。"
    en = "A code is 2 to 40 lower-case letters, digits or underscores, a letter first."


class AlreadyEnrolled(DomainError):
    """The person with this number is a member already."""

    code, kind = "member_already_enrolled", Kind.CONFLICT
    zh = "该号码的人员已登记为成员。"
    en = "The person with this number is a member already."


class NumberOfAnother(DomainError):
    """The station knows the number under another name."""

    code, kind = "member_name_differs", Kind.CONFLICT
    zh = "该号码已登记在另一姓名下，请先核对人员信息。"
    en = "The number is enrolled under another name; check the person first."


class RosterUnreadable(DomainError):
    """The file is not a sheet we can read; `facts.fault` says why."""

    code, kind = "roster_unreadable", Kind.INVALID
    zh = "文件无法读取：{zh}"
    en = "The file cannot be read: {en}"


class RosterHeaderUnfit(DomainError):
    """The first row does not name the columns that are needed; each issue names one."""

    code, kind = "roster_header_unfit", Kind.INVALID
    zh = "表头有误：首行须包含姓名、手机号、力量各一列。"
    en = "The header is not usable: the first row must name one column each for name, phone and force."


class CoverageTooSlow(DomainError):
    """The report took longer than it may; nothing is wrong with the outlines."""

    code, kind = "coverage_too_slow", Kind.UNAVAILABLE
    zh = "覆盖分析超时，请稍后重试或减少范围。"
    en = "The coverage report took too long; try again later."
