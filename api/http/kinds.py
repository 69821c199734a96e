"""What each kind of refusal means to whoever got it: a title, what to do about it, whether to repeat the request."""

from typing import NamedTuple

from api.kernel.errors import Kind


class KindWords(NamedTuple):
    """`retryable`: the same request may succeed later, unchanged; then the phone may repeat it by itself."""

    title_zh: str
    title_en: str
    advice_zh: str
    advice_en: str
    retryable: bool = False


WORDS: dict[Kind, KindWords] = {
    Kind.MALFORMED: KindWords("请求无法读取", "Unreadable request", "请更新应用后再试。", "Update the app."),
    Kind.UNAUTHENTICATED: KindWords("未登录", "Not signed in", "请重新登录。", "Sign in again."),
    Kind.FORBIDDEN: KindWords(
        "无权操作", "Not allowed", "请联系管理员开通权限。", "Ask an administrator for the right."
    ),
    Kind.NOT_FOUND: KindWords("未找到", "Not found", "请刷新列表。", "Refresh the list."),
    Kind.GONE: KindWords("已失效", "Gone", "请重新开始。", "Start again."),
    Kind.CONFLICT: KindWords(
        "与当前状态不符", "Not possible now", "请刷新后查看最新状态。", "Refresh, and look at it again."
    ),
    Kind.STALE: KindWords(
        "内容已更新", "Changed meanwhile", "请刷新后重新修改。", "Refresh, and make the change again."
    ),
    Kind.TOO_LARGE: KindWords("内容过大", "Too large", "请缩小后再提交。", "Make it smaller."),
    Kind.UNSUPPORTED: KindWords("格式不支持", "Unsupported format", "请换一种格式。", "Use another format."),
    Kind.MISMATCH: KindWords(
        "校验不一致", "Checksum differs", "请重新发送这一段。", "Send this part again.", retryable=True
    ),
    Kind.MISDIRECTED: KindWords("请求地址有误", "Wrong address", "请使用提示中的地址。", "Use the address given."),
    Kind.INVALID: KindWords("内容有误", "Something is wrong", "请按提示修改。", "Correct what is marked."),
    Kind.PRECONDITION_REQUIRED: KindWords("缺少版本", "Version missing", "请更新应用后再试。", "Update the app."),
    Kind.OUTDATED: KindWords(
        "应用版本过旧", "App too old", "请按链接更新应用。", "Update the app; the link says where."
    ),
    Kind.TOO_MANY: KindWords("操作过于频繁", "Too often", "请稍后再试。", "Wait a moment.", retryable=True),
    Kind.UNAVAILABLE: KindWords("服务暂不可用", "Not available", "请稍后再试。", "Try again shortly.", retryable=True),
}
