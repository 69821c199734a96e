"""What retention refuses."""

from api.kernel.errors import DomainError, Kind


class RuleReplaced(DomainError):
    """Somebody else wrote the next version meanwhile."""

    code, kind = "retention_rule_replaced", Kind.CONFLICT
    zh = "该保存期限已被他人修改为第{version}版，请重新查看后再改。"
    en = "Somebody wrote version {version} of this rule meanwhile; look at it and try again."
