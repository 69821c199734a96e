"""What notifications refuses."""

from api.kernel.errors import DomainError, Kind


class TextUnfit(DomainError):
    """A wording to be registered does not say what the template says, or not with the template's variables."""

    code, kind = "text_unfit", Kind.INVALID
    zh = "报备文本与模板不一致：{faults}。"
    en = "The text does not fit the template: {faults}."


class TextCodeMissing(DomainError):
    """An approved wording is sent by its code, so it must have one."""

    code, kind = "text_code_missing", Kind.INVALID
    zh = "通过审核的短信模板须填写模板编号。"
    en = "An approved text needs the code the provider gave it."


class TextReasonMissing(DomainError):
    """A refusal without a reason helps nobody to write it better."""

    code, kind = "text_reason_missing", Kind.INVALID
    zh = "驳回须填写原因。"
    en = "A rejection needs its reason."
