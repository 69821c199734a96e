"""What the messages of a notice say: its own words when they are open, else no more than what sort of notice it is."""

from api.notices.types import Category, Draft, Words
from api.notifications.rules.templates import render, sign_text
from api.notifications.types import Wording

LANGUAGES = ("zh-CN", "en")


def template_of(category: Category) -> str:
    """The template with the generic line."""
    return f"notice_{category}"


def open_wording(zh: Words, en: Words | None) -> dict[str, Wording]:
    """The words as messages carry them; who reads English gets Chinese where there is no English."""
    words = {"zh-CN": zh, "en": en or zh}
    return {
        language: Wording(text.title, text.body, sign_text(language, f"{text.title}：{text.body}"))
        for language, text in words.items()
    }


def sms_texts(draft: Draft) -> dict[str, str]:
    """The text message by language."""
    if draft.open_text:
        return {language: wording.sms for language, wording in open_wording(draft.zh, draft.en).items()}
    return {language: render(template_of(draft.category), language, {}).sms for language in LANGUAGES}
