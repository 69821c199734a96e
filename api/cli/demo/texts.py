"""The demo's wordings, approved at once by the stand-in that they are registered with."""

import json
from collections.abc import Sequence
from pathlib import Path

from api.cli.demo.papers import write_private
from api.notifications.service.registering import approve_drafts, draft_texts
from api.notifications.types import Provider, TemplateView
from api.plumbing.context import Ctx

TEXTS = "demo-sms-templates.json"
CODE, NOTICE = 0, 1  # what the provider counts them as


def register_texts(ctx: Ctx, public_url: str) -> Sequence[TemplateView]:
    """Every wording of today, drafted and approved; what is registered already stays as it is."""
    draft_texts(ctx, provider=Provider.ALIYUN, public_url=public_url)
    return approve_drafts(ctx, provider=Provider.ALIYUN, prefix="SMS_")


def write_texts(folder: Path, texts: Sequence[TemplateView]) -> None:
    """What the stand-in's console would hold, for the stand-in to read."""
    content = {
        "signatures": sorted({text.signature for text in texts}),
        "templates": [
            {"code": text.code, "body": text.body, "type": CODE if text.template == "sign_in_code" else NOTICE}
            for text in texts
        ],
    }
    folder.mkdir(parents=True, exist_ok=True)
    write_private(folder / TEXTS, json.dumps(content, indent=1, ensure_ascii=False) + "\n")
