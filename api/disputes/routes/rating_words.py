"""What the page of a rating says: Chinese and English of every text, and its style. No script, no other address."""

import hashlib
from base64 import b64encode

from markupsafe import Markup

WORDS: dict[str, tuple[str, str]] = {
    "sign": ("网格联动", "Gridloop"),
    "ask": ("您对这次调解满意吗？", "Are you content with how your case was mediated?"),
    "thanks": ("评价已收到，谢谢！", "Your rating has arrived. Thank you!"),
    "expired": ("评价时间已过。", "The time to rate is over."),
    "problem": ("未能办理", "That did not work"),
    "ref": ("编号", "Reference"),
    "comment": ("您想说的话（可不填）", "Anything you want to say (optional)"),
    "again": ("返回", "Back"),
    "5": ("非常满意", "Very content"),
    "4": ("满意", "Content"),
    "3": ("一般", "Neither"),
    "2": ("不满意", "Not content"),
    "1": ("非常不满意", "Not content at all"),
}

STYLE = Markup(
    "body{font:18px/1.5 sans-serif;max-width:32em;margin:0 auto;padding:12px;color:#111;background:#fff}"
    "h1{font-size:22px;margin:8px 0}small{display:block;color:#555;font-size:14px}"
    "textarea,button{font:inherit;width:100%;padding:10px;margin:4px 0;box-sizing:border-box}"
    "button{border:1px solid #444;background:#eee}"
)
_DIGEST = b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = (
    f"default-src 'none'; style-src 'sha256-{_DIGEST}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
