"""What the page of a link says: Chinese and English of every text, and its style.

The page holds no script and no asset of another address, so that it works on an old phone and a slow network.
"""

import hashlib
from base64 import b64encode

from markupsafe import Markup

WORDS: dict[str, tuple[str, str]] = {
    "sign": ("网格联动", "Gridloop"),
    "ask": ("有事需要您帮忙，您能去吗？", "Somebody needs your help. Can you go?"),
    "accepted": ("您已接受任务。", "You have accepted the task."),
    "on_the_way": ("您已出发。", "You are on the way."),
    "arrived": ("您已到达。", "You have arrived."),
    "report": ("任务结束，请提交反馈。", "The task is over. Please report back."),
    "thanks": ("反馈已收到，谢谢！", "Your report has arrived. Thank you!"),
    "declined": ("您已答复不能前往，谢谢。", "You answered that you cannot go. Thank you."),
    "over": ("此次求助不再需要您前往，谢谢！", "You are not needed for this any more. Thank you!"),
    "expired": ("链接已过期。", "This link has expired."),
    "problem": ("未能办理", "That did not work"),
    "distance": ("距离约", "Distance about"),
    "metres": ("米", "m"),
    "ref": ("编号", "Reference"),
    "what": ("事由", "What"),
    "where": ("地点", "Where"),
    "map": ("坐标（WGS-84）", "Position (WGS-84)"),
    "who": ("求助人", "Requester"),
    "accept": ("我去", "I go"),
    "decline": ("不能去", "I cannot go"),
    "depart": ("我已出发", "I am on the way"),
    "still_coming": ("我还去", "I am still coming"),
    "all_right": ("一切平安", "All is well"),
    "need_help": ("我需要帮助", "I need help"),
    "asked_still": ("您还能去吗？", "Are you still coming?"),
    "asked_welfare": ("您在现场是否平安？", "Is all well with you?"),
    "photo": ("照片（最多 3 张）", "Photos (at most 3)"),
    "returned": ("反馈被退回，请补充", "Your report came back"),
    "arrive": ("我已到达", "I have arrived"),
    "finish": ("已处理完", "Finished"),
    "drop_out": ("去不了了", "I have to drop out"),
    "feedback": ("提交反馈", "Send report"),
    "reason": ("原因", "Reason"),
    "outcome": ("处理结果", "Outcome"),
    "text": ("情况说明", "What happened"),
    "again": ("返回", "Back"),
    "reason.busy": ("正忙", "Busy"),
    "reason.too_far": ("太远", "Too far"),
    "reason.not_fit": ("身体不适", "Not fit"),
    "reason.not_safe": ("不安全", "Not safe"),
    "reason.other": ("其他", "Other"),
    "outcome.resolved": ("已解决", "Resolved"),
    "outcome.partly_resolved": ("部分解决", "Partly resolved"),
    "outcome.handed_over": ("已移交", "Handed over"),
    "outcome.nothing_found": ("未发现情况", "Nothing found"),
    "outcome.unable": ("无法处理", "Unable to help"),
}

STYLE = Markup(
    "body{font:18px/1.5 sans-serif;max-width:32em;margin:0 auto;padding:12px;color:#111;background:#fff}"
    "h1{font-size:22px;margin:8px 0}small{display:block;color:#555;font-size:14px}dt{color:#555}dd{margin:0 0 8px}"
    "form{margin:16px 0}button,select,textarea{font:inherit;width:100%;padding:10px;margin:4px 0;box-sizing:border-box}"
    "button{border:1px solid #444;background:#eee}.yes{background:#0a5c2b;color:#fff}.yes small{color:#fff}"
    ".ask{font-weight:bold}"
)
_DIGEST = b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = (
    f"default-src 'none'; style-src 'sha256-{_DIGEST}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
